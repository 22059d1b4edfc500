import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { KINDS } from '../../src/cluster/kinds.ts';
import { asked } from '../cluster/requests.ts';
import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import type { Fault, FaultTarget } from '../fixtures/kubernetes-api/fault.ts';
import { samplesOf } from '../telemetry/exposition.ts';
import type { ObjectSpec } from './cluster-objects.ts';
import { Stage, type StageOptions } from './stage.ts';

type Followed = keyof typeof KINDS;

/** An action of the cluster, the API server or a client, or a check. */
export type Step = (stage: Stage) => unknown;

/** Events of a cluster, in order, and the state that is expected at the end. */
export interface Episode extends StageOptions {
  /** The id of the row, and a description. */
  readonly name: string;
  readonly steps: readonly Step[];
  /** Every request for pods, each as one word; see `asked`. */
  readonly asked?: readonly string[];
  /** Every table that was live, in order, from the first complete table on. */
  readonly tables?: readonly (readonly string[])[];
  /** Milliseconds of every wait between attempts, in order. */
  readonly waits?: readonly number[];
  /** The requests of each connection, in the order in which the connections were opened, by origin. */
  readonly connections?: Readonly<Record<string, readonly number[]>>;
}

/** Runs every episode on its own stage. */
export async function checkEpisodes(title: string, rows: readonly Episode[]): Promise<void> {
  await test(title, async (t) => {
    for (const row of rows) await t.test(row.name, () => check(row));
  });
}

async function check({ name: _, steps, ...row }: Episode): Promise<void> {
  await using stage = await Stage.set(row);
  for (const step of steps) await step(stage);
  if (row.asked !== undefined) assert.deepEqual(asked(stage.api), row.asked, 'the requests for pods');
  if (row.tables !== undefined) {
    assert.deepEqual(stage.router.tables, row.tables, 'the tables that were live');
  }
  if (row.waits !== undefined) assert.deepEqual(stage.clock.backoffs, row.waits, 'waits between attempts');
  for (const [name, counts] of Object.entries(row.connections ?? {})) {
    const connections = stage.origins.get(name)?.connections ?? [];
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
  async (stage) => {
    for (const spec of specs) await stage.apply(spec);
  };

export const remove =
  (...specs: readonly ObjectSpec[]): Step =>
  (stage) => {
    for (const spec of specs) stage.api.delete(stage.object(spec));
  };

/** podway starts, and exactly these routes are live. */
export const starts = (...routes: readonly string[]): Step => inOrder(begins, live(...routes));

/** podway starts, and has not listed all objects yet. */
export const begins: Step = (stage) => stage.start();

export const down: Step = ({ api }) => api.down();
export const up: Step = ({ api }) => api.up();
/** The history of changes is compacted, as etcd does every five minutes. */
export const forgets: Step = ({ api }) => api.compact();

/** The steps run while no watch is possible, and their history is compacted: only a list shows them. */
export const gap = (...steps: readonly Step[]): Step => inOrder(down, ...steps, forgets, up);

export const goesWrong =
  (target: FaultTarget, fault: Fault): Step =>
  ({ api }) =>
    api.fault(target, fault);

export const grants =
  (rules: readonly Rule[] | undefined): Step =>
  ({ api }) => {
    api.rules = rules;
  };

const watch =
  (
    resource: Followed,
    does: (it: Awaited<ReturnType<KubernetesApi['watching']>>, stage: Stage) => unknown,
  ): Step =>
  async (stage) =>
    does(await stage.api.watching(resource), stage);

export const bookmark = (resource: Followed): Step => watch(resource, (it) => it.bookmark());
/** The running watch, or the next one, ends normally. */
export const ends = (resource: Followed): Step => watch(resource, (it) => it.end());
export const watched = (resource: Followed): Step => watch(resource, () => undefined);

/** Bytes on the watch of pods that do not come from the store. */
export const rawBytes = (bytes: string | Buffer): Step => watch('pods', (it) => it.raw(bytes));

/** An event of a watch of pods that does not come from the store, or a changed line of such an event. */
export const watchEvent = (type: string, spec: ObjectSpec, as = (line: string) => line): Step =>
  watch('pods', async (it, stage) => {
    await stage.play(spec);
    const object = stage.object(spec);
    const sent = { ...object, metadata: { resourceVersion: '1000', ...object.metadata } };
    it.raw(as(`${JSON.stringify({ type, object: sent })}\n`));
  });

/** The clock of the source advances, and the due alarms fire. */
export const passes =
  (milliseconds: number): Step =>
  ({ clock }) =>
    clock.run(milliseconds);

/** The machine is suspended, so only wall-clock time passes; below 0: the wall clock is set back. */
export const sleeps =
  (milliseconds: number): Step =>
  ({ clock }) =>
    clock.sleepFor(milliseconds);

/** Time passes while the process does not run. */
export const stopped =
  (milliseconds: number): Step =>
  ({ clock }) =>
    clock.advance(milliseconds);

export const inOrder =
  (...steps: readonly Step[]): Step =>
  async (stage) => {
    for (const step of steps) await step(stage);
  };

export const times = (count: number, ...steps: readonly Step[]): Step =>
  inOrder(...Array.from({ length: count }, () => steps).flat());

// A condition that must hold, or become true.

/** Waits until exactly these routes are live: `host/path pod ...`, the ready pods in rotation order. */
export const live =
  (...routes: readonly string[]): Step =>
  (stage) => {
    const { router } = stage;
    const expected = JSON.stringify(routes.toSorted());
    const holds = () => router.synced && JSON.stringify(router.routes) === expected;
    return stage.until(holds, () => JSON.stringify([router.tables.slice(-3), router.states()]));
  };

/** Waits until this many attempts in a row have failed. */
export const failed =
  (resource: Followed, count: number): Step =>
  (stage) => {
    const state = () => stage.router.states()[resource];
    return stage.until(
      () => state().failures >= count,
      () => JSON.stringify(state()),
    );
  };

/** Waits until the source has read the last bytes of its API server. */
export const streamActive =
  (resource: Followed): Step =>
  (stage) => {
    const at = () => stage.router.states()[resource].lastActivity;
    return stage.until(
      () => at() === stage.clock.now(),
      () => `${at()} ${stage.clock.now()}`,
    );
  };

/** Time passes until podway has listed everything. */
export const passesUntilListed: Step = (stage) =>
  stage.until(
    () => {
      stage.clock.advance(1000);
      return stage.router.synced;
    },
    () => JSON.stringify(stage.router.states()),
  );

/** The wall clock jumps. */
export const wallClock =
  (hours: number): Step =>
  () => {
    const now = Date.now() + hours * 3_600_000;
    mock.method(Date, 'now', () => now);
  };

/** The API server accepts another token, which is also written to podway's token file. */
export const rotates =
  (token: string): Step =>
  (stage) =>
    stage.rotate(token);

/** Waits until this many matching requests have arrived. */
export const isAsked =
  (matches: Parameters<KubernetesApi['seen']>[0], count = 1): Step =>
  ({ api }) =>
    api.seen(matches, count);

const page =
  (path: string, judge: (body: string, status: number) => void): Step =>
  async ({ router }) => {
    const { status, body } = await router.page(path);
    judge(body, status);
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
export const refusals = (...lines: readonly string[]): Step =>
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
    await api.seen(({ verb }) => verb === 'create', lines.length);
    const response = await fetch(`${api.url}/api/v1/events`);
    const { items } = (await response.json()) as {
      items: { involvedObject: { name: string }; message: string }[];
    };
    assert.deepEqual(
      items.map(({ involvedObject, message }) => `${involvedObject.name}: ${message}`).sort(),
      lines.toSorted(),
    );
  };
