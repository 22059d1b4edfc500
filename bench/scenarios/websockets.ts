import type { Scenario } from '../harness/scenario.ts';
import { runLoad } from '../load/run-load.ts';
import type { WebSocketEchoOptions } from '../load/websocket-echo.ts';

function echo(name: string, connections: number, byDefault: Scenario['byDefault']): Scenario {
  return {
    name,
    title: `WebSocket echo of 125 bytes, ${connections} connection${connections > 1 ? 's' : ''}`,
    operation: 'round trip',
    byDefault,
    requiredPrograms: [],
    requiredCapabilities: ['websocket'],
    origin: 'streams',
    headline: 'cpu',
    columns: ['cpu', 'perSecond', 'addedP50', 'addedP99', 'p50', 'p99', 'resident'],
    direct: true,
    measure: (run) =>
      runLoad(run, 'websocket-echo.ts', {
        target: run.target,
        connections,
        seconds: run.seconds,
      } satisfies WebSocketEchoOptions),
  };
}

/** Measures throughput. Its delays include waiting in a full queue. */
export const webSocketEcho = echo('websocket-echo', 64, 'leaders');
/** Measures delay: one message is in flight at a time. */
export const webSocketDelay = echo('websocket-delay', 1, 'no');
