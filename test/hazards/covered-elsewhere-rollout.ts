import type { CoveredElsewhere } from './covered-elsewhere.ts';

const exchange = (title: string) => ({ file: 'proxy/exchange-drain.test.ts', title });
const frames = (title: string) => ({ file: 'proxy/drain/websocket-frames.test.ts', title });

const gate = (title: string) => ({ file: 'process/readiness-gate.test.ts', title });

/** Pods that wait for podway. */
export const GATES: Readonly<Record<string, CoveredElsewhere>> = {
  'RG-01': {
    cases: [gate('a pod whose only closed gate is that of podway is routed, and gets the condition (RG-01)')],
    reason: 'the condition of the pod at the API server',
  },
  'RG-02': {
    cases: [
      gate(
        'without the permission to patch, only the condition is missing, and podway reports that once (RG-02)',
      ),
    ],
    reason: 'a permission of podway, without a request',
  },
  'RG-03': {
    cases: [
      {
        file: 'cluster/gate-writer.test.ts',
        title: 'a new pod of the same name does not get the condition of the earlier one (RG-03)',
      },
    ],
    reason: 'a precondition of the patch',
  },
  'RG-04': {
    cases: [
      gate('a True condition is never revoked, regardless of what happens to podway and the pod (RG-04)'),
    ],
    reason: 'two routers one after the other, and the object in the cluster',
  },
};

/** WebSockets that podway ends when it stops. */
export const DRAINS: Readonly<Record<string, CoveredElsewhere>> = {
  'DR-01': {
    cases: [exchange('a partly sent frame is completed first (DR-01)')],
    reason: 'the Close frame is between two frames of the pod',
  },
  'DR-02': {
    cases: [
      frames('… frames, byte for byte (DR-02)'),
      frames('… frames, split in two anywhere near the end of one (DR-02)'),
    ],
    reason: 'where frames end, as the ws package writes them',
  },
  'DR-03': {
    cases: [
      exchange('a tunnel whose bytes are not those of a WebSocket is only cut (DR-03)'),
      frames('… is not a WebSocket, and all its bytes are ignored (DR-03)'),
    ],
    reason: 'nothing is inserted into unknown bytes',
  },
  'DR-04': {
    cases: [
      exchange(
        'a client that does not answer the Close is ended after two seconds, regardless of what else it sends (DR-04)',
      ),
    ],
    reason: 'no client delays the end of the process',
  },
};
