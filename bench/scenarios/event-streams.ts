import type { Scenario } from '../harness/scenario.ts';
import type { EventStreamsOptions } from '../load/event-streams.ts';
import { runLoad } from '../load/run-load.ts';

const STREAMS = 1_000;

function eventStreams(name: string, path: string, how: string): Scenario {
  return {
    name,
    title: `server-sent events, ${STREAMS} streams, ${how} X-Accel-Buffering: no`,
    operation: 'event',
    byDefault: 'no',
    requiredPrograms: [],
    requiredCapabilities: [],
    setup: { streaming: true },
    origin: 'streams',
    headline: 'cpu',
    columns: ['addedP50', 'addedP99', 'p50', 'p99', 'cpu', 'perSecond', 'resident'],
    direct: true,
    measure: (run) =>
      runLoad(run, 'event-streams.ts', {
        target: { ...run.target, path },
        streams: STREAMS,
        seconds: run.seconds,
      } satisfies EventStreamsOptions),
  };
}

export const sse = eventStreams('sse', '/events', 'without');
export const sseUnbuffered = eventStreams('sse-unbuffered', '/events?unbuffered', 'with');
