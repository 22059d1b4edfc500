import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import type { KINDS } from '../../src/cluster/kinds.ts';
import { podRequests } from '../cluster/pod-requests.ts';
import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import type { Fault, FaultTarget } from '../fixtures/kubernetes-api/fault.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import type { ObjectSpec } from './cluster-objects.ts';
import { ClusterHarness, type ClusterHarnessOptions } from './cluster-harness.ts';

type ResourceName = keyof typeof KINDS;

/** An action of the cluster, the API server or a client, or a check. */
export type Step = (harness: ClusterHarness) => unknown;

/** Events of a cluster, in order, and the state that is expected at the end. */
export interface ClusterScenario extends ClusterHarnessOptions {
  /** The id of the row, and a description. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Every request for pods, each as one word; see `podRequests`. */
  readonly podRequests?: readonly string[];
  /** Every table that was live, in order, from the first complete table on. */
  readonly tables?: readonly (readonly string[])[];
  /** Milliseconds of every wait between attempts, in order. */
  readonly waits?: readonly number[];
  /** The requests of each connection, in the order in which the connections were opened, by origin. */
  readonly connections?: Readonly<Record<string, readonly number[]>>;
}

/** Runs every scenario on its own harness. */
export async function checkScenarios(title: string, rows: readonly ClusterScenario[]): Promise<void> {
  await describe(title, () => {
    for (const row of rows) void test(row.name, () => check(row));
  });
}

async function check({ name: _, steps, ...row }: ClusterScenario): Promise<void> {
  await using harness = await ClusterHarness.start(row);
  for (const step of steps) await step(harness);
  if (row.podRequests !== undefined)
    assert.deepEqual(podRequests(harness.api), row.podRequests, 'the requests for pods');
  if (row.tables !== undefined) {
    assert.deepEqual(harness.router.tables, row.tables, 'the tables that were live');
  }
  if (row.waits !== undefined) assert.deepEqual(harness.clock.backoffs, row.waits, 'waits between attempts');
  for (const [name, counts] of Object.entries(row.connections ?? {})) {
    const connections = harness.origins.get(name)?.connections ?? [];
    assert.deepEqual(
      connections.map(({ requests }) => requests.length),
      counts,
      `requests by connection of ${name}`,
    );
  }
}

// The cluster and its API server.

export const apply =
  (...specs: readonly ObjectSpec[]): Step =>
  async (harness) => {
    for (const spec of specs) await harness.apply(spec);
  };

export const remove =
  (...specs: readonly ObjectSpec[]): Step =>
  (harness) => {
    for (const spec of specs) harness.api.delete(harness.object(spec));
  };

/** podway starts, and exactly these routes are live. */
export const startsWithRoutes = (...routes: readonly string[]): Step => inOrder(startRouter, live(...routes));

/** podway starts, and has not listed all objects yet. */
export const startRouter: Step = (harness) => harness.startRouter();

export const down: Step = ({ api }) => api.down();
export const up: Step = ({ api }) => api.up();
/** The history of changes is compacted, as etcd does every five minutes. */
export const compactHistory: Step = ({ api }) => api.compact();

/** The steps run while no watch is possible, and their history is compacted: only a list shows them. */
export const withoutWatch = (...steps: readonly Step[]): Step => inOrder(down, ...steps, compactHistory, up);

export const injectFault =
  (target: FaultTarget, fault: Fault): Step =>
  ({ api }) =>
    api.injectFault(target, fault);

export const setRules =
  (rules: readonly Rule[] | undefined): Step =>
  ({ api }) => {
    api.rules = rules;
  };

const watch =
  (
    resource: ResourceName,
    does: (it: Awaited<ReturnType<KubernetesApi['untilWatching']>>, harness: ClusterHarness) => unknown,
  ): Step =>
  async (harness) =>
    does(await harness.api.untilWatching(resource), harness);

export const bookmark = (resource: ResourceName): Step => watch(resource, (it) => it.bookmark());
/** The running watch, or the next one, ends normally. */
export const endWatch = (resource: ResourceName): Step => watch(resource, (it) => it.end());
export const untilWatching = (resource: ResourceName): Step => watch(resource, () => undefined);

/** Bytes on the watch of pods that do not come from the store. */
export const rawBytes = (bytes: string | Buffer): Step => watch('pods', (it) => it.raw(bytes));

/** An event of a watch of pods that does not come from the store, or a changed line of such an event. */
export const watchEvent = (type: string, spec: ObjectSpec, as = (line: string) => line): Step =>
  watch('pods', async (it, harness) => {
    await harness.startPod(spec);
    const object = harness.object(spec);
    const sent = { ...object, metadata: { resourceVersion: '1000', ...object.metadata } };
    it.raw(as(`${JSON.stringify({ type, object: sent })}\n`));
  });

/** The clock of the source advances, and the due alarms fire. */
export const advanceClock =
  (milliseconds: number): Step =>
  ({ clock }) =>
    clock.run(milliseconds);

/** The machine is suspended, so only wall-clock time passes; below 0: the wall clock is set back. */
export const suspendMachine =
  (milliseconds: number): Step =>
  ({ clock }) =>
    clock.suspendFor(milliseconds);

/** Time passes while the process does not run. */
export const suspendProcess =
  (milliseconds: number): Step =>
  ({ clock }) =>
    clock.advance(milliseconds);

export const inOrder =
  (...steps: readonly Step[]): Step =>
  async (harness) => {
    for (const step of steps) await step(harness);
  };

export const times = (count: number, ...steps: readonly Step[]): Step =>
  inOrder(...Array.from({ length: count }, () => steps).flat());

// A condition that must hold, or become true.

/** Waits until exactly these routes are live: `host/path pod ...`, the ready pods in rotation order. */
export const live =
  (...routes: readonly string[]): Step =>
  (harness) => {
    const { router } = harness;
    const expected = JSON.stringify(routes.toSorted());
    const condition = () => router.synced && JSON.stringify(router.routes) === expected;
    return harness.until(condition, () => JSON.stringify([router.tables.slice(-3), router.states()]));
  };

/** Waits until this many attempts in a row have failed. */
export const failed =
  (resource: ResourceName, count: number): Step =>
  (harness) => {
    const state = () => harness.router.states()[resource];
    return harness.until(
      () => state().failures >= count,
      () => JSON.stringify(state()),
    );
  };

/** Waits until the source has read the last bytes of its API server. */
export const streamActive =
  (resource: ResourceName): Step =>
  (harness) => {
    const at = () => harness.router.states()[resource].lastActivity;
    return harness.until(
      () => at() === harness.clock.now(),
      () => `${at()} ${harness.clock.now()}`,
    );
  };

/** Time passes until podway has listed everything. */
export const advanceUntilListed: Step = (harness) =>
  harness.until(
    () => {
      harness.clock.advance(1000);
      return harness.router.synced;
    },
    () => JSON.stringify(harness.router.states()),
  );

/** The wall clock jumps. */
export const wallClock =
  (hours: number): Step =>
  () => {
    const now = Date.now() + hours * 3_600_000;
    // After two jumps, restoreAll would restore the first one last, and Date.now would stay mocked.
    mock.restoreAll();
    mock.method(Date, 'now', () => now);
  };

/** The API server accepts another token, which is also written to podway's token file. */
export const rotateToken =
  (token: string): Step =>
  (harness) =>
    harness.rotate(token);

/** Waits until this many matching requests have arrived. */
export const untilRequested =
  (matches: Parameters<KubernetesApi['untilRequested']>[0], count = 1): Step =>
  ({ api }) =>
    api.untilRequested(matches, count);

const page =
  (path: string, check: (body: string, status: number) => void): Step =>
  async ({ router }) => {
    const { status, body } = await router.page(path);
    check(body, status);
  };

/** podway is ready, with any further fields. */
export const ready: Step = page('/readyz', (body, status) =>
  assert.deepEqual([status, (JSON.parse(body) as { ready: unknown }).ready], [200, true]),
);
export const notListed: Step = page('/readyz', (body, status) => {
  const { ready, reasons } = JSON.parse(body) as Record<string, unknown>;
  const expected = ['pods and secrets have not both been listed yet'];
  assert.deepEqual({ status, ready, reasons }, { status: 503, ready: false, reasons: expected });
});

/** Samples of `/metrics`, by name and labels; a series that must not exist is undefined. */
export const metrics = (samples: Readonly<Record<string, number | undefined>>): Step =>
  page('/metrics', (body) => {
    const found = samplesOf(body);
    const of = Object.keys(samples).map((name) => [name, found.get(name)]);
    assert.deepEqual(Object.fromEntries(of), samples);
  });

/** `namespace/name reason detail` of all rejections in `/routes`, in order. */
export const rejections = (...lines: readonly string[]): Step =>
  page('/routes', (body) => {
    const { rejections } = JSON.parse(body) as { rejections: readonly Record<string, string>[] };
    for (const { expected } of rejections) assert.ok(expected);
    assert.deepEqual(
      rejections
        .map((it) => `${it['namespace']}/${it['name']} ${it['reason']} ${it['detail']}`.trimEnd())
        .sort(),
      lines.toSorted(),
    );
  });

/** Waits for this many Events with these texts: `pod: message`. */
export const events =
  (...lines: readonly string[]): Step =>
  async ({ api }) => {
    await api.untilRequested(({ verb }) => verb === 'create', lines.length);
    const response = await fetch(`${api.url}/api/v1/events`);
    const { items } = (await response.json()) as {
      items: { involvedObject: { name: string }; message: string }[];
    };
    assert.deepEqual(
      items.map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`).sort(),
      lines.toSorted(),
    );
  };
