import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HandshakeCounts } from '../../src/proxy/counts/handshake-counts.ts';
import { DURATION_BUCKETS, GAUGES, SCALAR_COUNTERS, type WorkerFigures } from '../../src/boundary/figures.ts';
import { type ControlPlaneState, Metrics } from '../../src/telemetry/metrics.ts';
import { NOTHING_YET } from '../fixtures/control-plane-state.ts';
import { delta, type RouteText, recordsOf } from '../fixtures/table-delta.ts';
import { textOf } from '../telemetry/exposition.ts';
import { prometheusMissing, promtool } from './prometheus.ts';

const skip = await prometheusMissing();
/** Promtool's exit code for text that it cannot parse. */
const UNREADABLE = 1;
/** Names that podway's own grammar accepts, and names that it does not. */
const PATHS = ['/', '/a"b', '/back\\slash', '/line\nfeed', '/{}', '/a,b="c"', '/ü %20'];
const STATE: ControlPlaneState = {
  ...NOTHING_YET,
  rejections: new Map([['host-malformed', 2]]),
  keys: { unknown: 2, deleted: 1, lookups: { none: 3, failed: 4 } },
  resources: [{ resource: 'pods', up: true, idle: 1.5, failures: 0 }],
  endpointReports: [],
  sourceProblems: new Map([['unreachable', 1]]),
  events: { written: 2 },
  workerRestarts: 1,
  descriptorShortages: 0,
  logLinesDropped: 0,
};

function endpoint(namespace: string): RouteText['endpoints'][number] {
  return { uid: 'u', namespace, pod: 'web', address: '10.0.0.1', port: 80, condition: 'ready' };
}

function figures(): WorkerFigures {
  return {
    worker: 0,
    refusals: [{ reason: 'unknown-host', count: 1 }],
    failures: [{ reason: 'connect-refused', count: 1 }],
    badResponses: [{ rule: 'bad-length', count: 1 }],
    queryargs: { restored: 1, refused: 1 },
    http2: {
      goaways: { idle: 1, age: 0, drain: 0, crowded: 0, error: 2 },
      resets: { client: 3, router: 0 },
    },
    scalars: Object.fromEntries(SCALAR_COUNTERS.map((name) => [name, 1])) as WorkerFigures['scalars'],
    handshakes: new HandshakeCounts().take(),
    totals: { answers: [], durations: [] },
    gauges: Object.fromEntries(GAUGES.map((name) => [name, 1])) as WorkerFigures['gauges'],
    eventLoopDelay: { mean: 0.001, p99: 0.002, max: 0.003 },
    heapUsed: 1_000,
  };
}

function fullMetrics(): Metrics {
  const metrics = new Metrics('1.2.3');
  const routes = PATHS.map((path) => ({ host: '*.t.local', path, endpoints: [endpoint('shop')] }));
  const keys = [{ namespace: 'shop', digests: ['x'], fields: ['api-key'] }];
  metrics.follow(delta({ ...recordsOf(routes), keys }));
  for (const path of PATHS) {
    const buckets = [...DURATION_BUCKETS, Number.POSITIVE_INFINITY].map((_, n) => n);
    metrics.count({
      host: '*.t.local',
      path,
      namespace: 'shop',
      requests: ['GET', 'OTHER'].map((method) => ({ method, code: 200, count: 60 })),
      durations: [
        { stage: 'request', buckets, sum: 1e-7 },
        { stage: 'response_head', buckets, sum: 1e21 },
      ],
    });
  }
  metrics.add(figures());
  metrics.propagated(0.001);
  return metrics;
}

test('promtool reads every family, with any text in a label', { skip }, async () => {
  const text = await textOf(fullMetrics().render(STATE));
  const { code, output } = await promtool(['check', 'metrics'], text);
  assert.notEqual(code, UNREADABLE, output);
  // promtool reports some names of prom-client as problems.
  const complaints = output.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_'));
  assert.deepEqual(complaints, []);
});

test('promtool would report a label that is not escaped', { skip }, async () => {
  const text = (await textOf(fullMetrics().render(STATE))).replaceAll('/a\\"b', '/a"b');
  assert.equal((await promtool(['check', 'metrics'], text)).code, UNREADABLE);
});
