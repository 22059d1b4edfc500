import type { CoveredElsewhere } from './covered-elsewhere.ts';

const proxy = (title: string) => ({ file: 'proxy/tracing.test.ts', title });
const sent = (title: string) => ({ file: 'telemetry/tracing/span-export.test.ts', title });

/** Traces. */
export const TRACES: Readonly<Record<string, CoveredElsewhere>> = {
  'TC-01': {
    cases: [
      { file: 'http1/trace-context.test.ts', title: 'traceparent: … (TC-01)' },
      proxy('an unreadable context begins a new trace, even from a trusted peer: … (TC-01)'),
      proxy('a trace state that is too long is dropped, and the trace continues (TC-01)'),
    ],
    reason: 'the fields at the pod, and the recorded spans',
  },
  'TC-02': {
    cases: [
      sent('a collector that asks for a pause gets the spans later (TC-02)'),
      sent('spans that a collector refuses are counted, and reported once (TC-02)'),
      sent('a collector that does not answer blocks only the queue, not the end of podway (TC-02)'),
      sent('without a collector only spans are lost (TC-02)'),
    ],
    reason: 'a collector, no client',
  },
  'TC-03': {
    cases: [proxy('a removed route keeps its name in waiting spans (TC-03)')],
    reason: 'a change of the table between two requests',
  },
};
