import type { Elsewhere } from './elsewhere.ts';

const proxy = (title: string) => ({ file: 'proxy/tracing.test.ts', title });
const sent = (title: string) => ({ file: 'telemetry/tracing/span-export.test.ts', title });

/** Traces. */
export const TRACES: Readonly<Record<string, Elsewhere>> = {
  'TC-01': {
    cases: [
      { file: 'http1/trace-context.test.ts', title: 'traceparent: … (TC-01)' },
      proxy('what cannot be read begins a new trace, of a trusted peer, too: … (TC-01)'),
      proxy('a state that is too long is left out, and the trace goes on (TC-01)'),
    ],
    shows: 'what the pod is told, and what is recorded',
  },
  'TC-02': {
    cases: [
      sent('a collector that asks for a pause gets the spans later (TC-02)'),
      sent('spans that a collector refuses are counted, and reported once (TC-02)'),
      sent('a collector that does not answer blocks only the queue, and not the end (TC-02)'),
      sent('without a collector only spans are lost (TC-02)'),
    ],
    shows: 'a collector, no client',
  },
  'TC-03': {
    cases: [proxy('a route that is gone keeps its name in spans that wait (TC-03)')],
    shows: 'a change of the table between two requests',
  },
};
