import { AUTH_RESULTS } from '../../src/boundary/auth-figures.ts';
import { DURATION_BUCKETS, GAUGES, SCALAR_COUNTERS, type WorkerFigures } from '../../src/boundary/figures.ts';
import { GOAWAY_REASONS, RESETTERS } from '../../src/boundary/http2-figures.ts';
import { POD_BUCKETS, STATUS_CLASSES } from '../../src/boundary/packed-pods.ts';
import { UPSTREAM_FAILURES } from '../../src/boundary/reasons.ts';
import { HandshakeCounts } from '../../src/proxy/counts/handshake-counts.ts';
import { AuditLog } from '../../src/telemetry/audit-log.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { TerminalMetrics } from '../../src/telemetry/terminal-metrics.ts';
import { SpanMetrics } from '../../src/telemetry/tracing/span-metrics.ts';
import { NOTHING_YET } from '../fixtures/control-plane-state.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';
import { textOf } from '../telemetry/exposition.ts';

export interface MetricFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** In the order of a sample, without a histogram's `le`. */
  readonly labels: readonly string[];
}

const POD = { namespace: 'shop', pod: 'web' };

/** Every metric family of podway, as `/metrics` declares it when all features are on and each has been used once. */
export async function metricFamilies(): Promise<readonly MetricFamily[]> {
  const text = [
    await textOf(busyMetrics().render(STATE)),
    await textOf(new TerminalMetrics(() => TERMINALS).render()),
    await textOf(new SpanMetrics(() => ({ exported: 1, limit: 0, queue: 0, export: 0 })).render()),
    await textOf(new AuditLog({ write: () => true, now: () => 0 }).metrics()),
  ].join('\n');
  return [...text.matchAll(/^# HELP (podway_\w+) (.*)\n# TYPE \1 (\w+)\n(?:\1\w*(?:\{(.*)\})? )?/gm)].map(
    ([, name = '', help = '', type = '', labels = '']) => ({
      name,
      type,
      help,
      labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label).filter((it) => it !== 'le'),
    }),
  );
}

const TERMINALS = { sessions: 1, refused: new Map([['x', 1]]), ended: new Map([['x', 1]]) };

const STATE = {
  ...NOTHING_YET,
  rejections: new Map([['host-malformed', 1]]),
  keys: { unknown: 1, deleted: 1, lookups: { none: 1 } },
  certificates: { served: 1, ends: [{ namespace: 'shop', source: 'routing-tls', notAfter: 0 }] },
  resources: [{ resource: 'pods', up: true, idle: 1, failures: 1 }],
  endpointReports: [{ id: 'uid/10.0.0.1/80', ...POD, inFlight: 1, failures: 1, ejectedFor: 1 }],
  sourceProblems: new Map([['unreachable', 1]]),
  events: { written: 1 },
  gates: { pods: { open: 1 }, written: { set: 1 } },
} satisfies Parameters<Metrics['render']>[0];

function busyMetrics(): Metrics {
  const metrics = new Metrics('1.0.0', { max: 10, podExists: () => true, access: 'tunnel' });
  const endpoint = { uid: 'uid', ...POD, address: '10.0.0.1', port: 80, condition: 'ready' } as const;
  const route = { host: 'shop.example.com', path: '/' };
  const keys = [{ namespace: 'shop', digests: ['x'], fields: ['api-key'] }];
  metrics.follow(delta({ ...recordsOf([{ ...route, endpoints: [endpoint] }]), keys }));
  const buckets = [...DURATION_BUCKETS, 0].map(() => 1);
  metrics.count({
    ...route,
    namespace: 'shop',
    requests: [{ method: 'GET', code: 200, count: 1 }],
    durations: [
      { stage: 'request', buckets, sum: 1 },
      { stage: 'response_head', buckets, sum: 1 },
    ],
  });
  metrics.countPod({
    ...POD,
    answers: STATUS_CLASSES.map(() => 1),
    failures: UPSTREAM_FAILURES.map(() => 1),
    ejections: 1,
    sum: 1,
    buckets: [...POD_BUCKETS, 0].map(() => 1),
  });
  metrics.add(figures(buckets));
  metrics.propagated(1);
  return metrics;
}

function figures(buckets: readonly number[]): WorkerFigures {
  const handshakes = new HandshakeCounts();
  handshakes.done('TLSv1.3', false, 0.001);
  return {
    worker: 0,
    refusals: [{ reason: 'unknown-host', count: 1 }],
    failures: [{ reason: 'connect-refused', count: 1 }],
    badResponses: [{ rule: 'bad-length', count: 1 }],
    queryargs: { restored: 1, refused: 1 },
    http2: { goaways: each(GOAWAY_REASONS), resets: each(RESETTERS) },
    scalars: each(SCALAR_COUNTERS),
    handshakes: handshakes.take(),
    auths: [{ service: 'login', answers: each(Object.keys(AUTH_RESULTS)), buckets, sum: 1 }],
    totals: { answers: [], durations: [] },
    gauges: each(GAUGES),
    eventLoopDelay: { mean: 0.001, p99: 0.001, max: 0.001 },
    heapUsed: 1,
    podTunnels: {
      open: 1,
      opens: { opened: 1 },
      seconds: [0.001],
      traffic: { received: 1, sent: 1, dead: 1 },
    },
  };
}

function each<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 1])) as Record<K, number>;
}
