import type { DashboardState, Point, RouteRow } from '../../../src/operator/dashboard/state.ts';

/** Milliseconds since 1970; any fixed time. */
export const TIME = Date.UTC(2026, 10, 27, 12, 0, 0);

const NONE = { total: 0, rows: [] };

/** A quarter of an hour of steps, in which the table changed twice. */
export function points(count = 180): Point[] {
  return Array.from({ length: count }, (_, at): Point => {
    const wave = Math.sin(at / 9);
    const revision = 40 + Number(at > 60) + Number(at > 130);
    const time = TIME / 1_000 - (count - 1 - at) * 5;
    return [time, 420 + 60 * wave, 0.01, at > 130 ? 0.02 : 0, 0.004, 0.02, 0.09 + wave / 50, 12, 3, revision];
  });
}

/** A router without problems. */
export function quietPod(): DashboardState {
  return {
    router: {
      version: '1.2.3',
      name: 'podway-7d9f',
      apiKeyHeader: 'x-team-key',
      startedAt: TIME - 3_600_000,
      ready: true,
      notes: [],
      synced: true,
      revision: 42,
      routes: 3,
      source: 'https://10.0.0.1',
      streams: [
        { resource: 'pods', up: true, receivedAt: TIME - 1_000 },
        { resource: 'secrets', up: true, receivedAt: TIME - 30_000 },
      ],
      restarts: 0,
      memory: { resident: 123_000_000, heap: 34_000_000 },
    },
    workers: [0, 1].map((worker) => ({
      worker,
      listening: true,
      applied: 42,
      lag: [0.001, 0.004] as const,
      heap: 20_000_000,
      inFlight: 6,
      connections: 40,
    })),
    now: {
      requests: 431.2,
      clientErrors: 0.01,
      serverErrors: 0,
      p50: 0.0042,
      p95: 0.021,
      p99: 0.093,
      inFlight: 12,
      tunnels: 3,
      connections: 80,
    },
    points: points(),
    refusals: NONE,
    unready: NONE,
    ejected: NONE,
    failing: NONE,
    rejections: NONE,
    conflicts: NONE,
    keys: NONE,
    limits: NONE,
    busiest: NONE,
  };
}

/** All possible problems, with these texts as names. */
export function broken(host = 'shop.example.com', text = 'team-a'): DashboardState {
  const { router, ...state } = quietPod();
  const route = { host, path: `/${text}` };
  const one = <T>(row: T) => ({ total: 1, rows: [row] });
  return {
    ...state,
    router: {
      ...router,
      ready: false,
      notes: [text],
      synced: false,
      name: text,
      source: text,
      restarts: 1,
      streams: [
        { resource: 'pods', up: false, receivedAt: null, error: text, since: new Date(TIME).toISOString() },
        { resource: 'secrets', up: true, receivedAt: TIME - 3_600_000 },
      ],
    },
    workers: [
      { worker: 0, listening: false, applied: -1, lag: null, heap: 1, inFlight: 0, connections: 0 },
      { worker: 1, listening: true, applied: 41, lag: [0.2, 1.5], heap: 1, inFlight: 0, connections: 0 },
    ],
    now: { ...state.now, clientErrors: null, serverErrors: 0.5, p50: null, p95: null, p99: null },
    refusals: one({
      reason: 'no-route',
      count: 12_345,
      fault: 'client',
      meaning: 'Pods declare the host, but none declares the path.',
      action: 'Look at `/routes` for the paths of the [host](routing.md).',
    }),
    unready: {
      total: 30,
      rows: [
        { ...route, namespaces: [text], conditions: { unready: 2 }, lastResort: false },
        { host, path: '/', namespaces: [text], conditions: {}, lastResort: true },
      ],
    },
    ejected: one({
      namespace: text,
      pod: text,
      address: '10.1.2.3:8080',
      workers: 2,
      failures: 9,
      until: TIME + 20_000,
    }),
    failing: one({
      ...route,
      requests: 1_000,
      serverErrors: 10,
      recent: { requests: 100, serverErrors: 5 },
    }),
    limits: one({
      limit: 'memory',
      used: 99_000_000,
      most: 100_000_000,
      setting: 'PROXY_BUFFER_MEMORY',
      refused: 3,
    }),
    busiest: one(found(route.host, route.path, text)),
    rejections: one({
      kind: 'Pod',
      namespace: text,
      name: text,
      reason: 'host-malformed',
      detail: text,
      expected: 'labels of a-z, 0-9 and inner hyphens',
    }),
    conflicts: one({ ...route, conflict: 'shared', between: [text, 'team-b'] }),
    keys: {
      total: 3,
      rows: [
        { namespace: text, state: 'denies-all' },
        { namespace: 'team-b', state: 'unknown' },
        { namespace: 'team-c', state: 'deleted' },
      ],
    },
  };
}

/** A route in a list. */
export function found(host: string, path: string, namespace = 'team-a'): RouteRow {
  return {
    host,
    path,
    namespaces: [namespace],
    pods: 3,
    ready: 2,
    problems: ['failing', 'shared'],
    requests: 1_000,
    clientErrors: 20,
    serverErrors: 10,
  };
}

/** Texts that an annotation, a Secret or a client can contain. */
export const HOSTILE: readonly string[] = [
  '<img src=x onerror="window.owned=1">',
  '<script>window.owned=1</script>',
  '"><svg onload=window.owned=1>',
  'javascript:window.owned=1',
  '{{constructor.constructor("window.owned=1")()}}',
  '${window.owned=1}',
];
