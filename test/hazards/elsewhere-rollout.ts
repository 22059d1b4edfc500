import type { Elsewhere } from './elsewhere.ts';

const exchange = (title: string) => ({ file: 'proxy/exchange-drain.test.ts', title });
const frames = (title: string) => ({ file: 'proxy/drain/websocket-frames.test.ts', title });

const gate = (title: string) => ({ file: 'process/readiness-gate.test.ts', title });

/** Pods that wait for podway. */
export const GATES: Readonly<Record<string, Elsewhere>> = {
  'RG-01': {
    cases: [gate('a pod that only podway keeps from Ready is routed, and told so (RG-01)')],
    shows: 'what the API server is told of the pod',
  },
  'RG-02': {
    cases: [
      gate(
        'without the right to patch nothing but the condition is missing, and that is reported once (RG-02)',
      ),
    ],
    shows: 'a right of podway, and no request',
  },
  'RG-03': {
    cases: [
      {
        file: 'cluster/gate-writer.test.ts',
        title: 'a new pod of the same name does not get the condition of the earlier one (RG-03)',
      },
    ],
    shows: 'a precondition of the patch',
  },
  'RG-04': {
    cases: [gate('what is True is never taken back, whatever becomes of podway and of the pod (RG-04)')],
    shows: 'two routers one after the other, and the object in the cluster',
  },
};

/** WebSockets that podway ends when it stops. */
export const DRAINS: Readonly<Record<string, Elsewhere>> = {
  'DR-01': {
    cases: [exchange('a frame that is under way comes first (DR-01)')],
    shows: 'the Close frame stands between two frames of the pod',
  },
  'DR-02': {
    cases: [
      frames('… frames, byte for byte (DR-02)'),
      frames('… frames, cut in two anywhere near the end of one (DR-02)'),
    ],
    shows: 'where frames end, as the ws package writes them',
  },
  'DR-03': {
    cases: [
      exchange('what is no WebSocket after all is only cut (DR-03)'),
      frames('… is no WebSocket, and all of it goes by (DR-03)'),
    ],
    shows: 'nothing is put into bytes that are not understood',
  },
  'DR-04': {
    cases: [exchange('a client that does not answer is ended after two seconds, however it talks (DR-04)')],
    shows: 'no client holds up the end of the process',
  },
};
