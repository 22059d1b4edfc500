import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../rig/kubernetes-api.ts';
import type { ObjectInput } from '../rig/kubernetes-api/store.ts';
import { pod, secret } from './objects.ts';
import { Plane } from './plane.ts';
import { TestClock } from './test-clock.ts';
import { turnsUntil } from './turns.ts';

// What a live watch brings, from the bytes of the API server to a worker's routes.

const at = (name: string, address: string, namespace = 'default') => pod(name, { address, namespace });

interface Case {
  readonly api: KubernetesApi;
  readonly plane: Plane;
  readonly watch: Awaited<ReturnType<KubernetesApi['watching']>>;
}

async function withPlane(before: readonly ObjectInput[], body: (it: Case) => Promise<void>): Promise<void> {
  await using api = await KubernetesApi.start({ streamingLists: 'supported' });
  for (const object of before) api.apply(object);
  await using plane = await Plane.follow(api);
  await plane.until(() => plane.unready.length === 0);
  await body({ api, plane, watch: await api.watching('pods') });
}

/** The pod with its status changed. */
function withStatus<T extends { readonly status: object }>(object: T, status: object): T {
  return { ...object, status: { ...object.status, ...status } };
}

const ready = (status: 'True' | 'False') => ({ conditions: [{ type: 'Ready', status }] });

test('an address that comes late: routed from then on', () =>
  withPlane([withStatus(at('a', ''), { phase: 'Pending', podIP: undefined, podIPs: [] })], async (it) => {
    assert.deepEqual(it.plane.routes, []);
    it.api.apply(withStatus(at('a', ''), { podIP: undefined, podIPs: [] }));
    it.api.apply(at('a', '10.0.0.1'));
    await it.plane.live('t.local/ a@10.0.0.1');
  }));

test('an address that changes: the endpoint is another one', () =>
  withPlane([at('a', '10.0.0.1')], async ({ api, plane }) => {
    api.apply(at('a', '10.0.0.2'));
    await plane.live('t.local/ a@10.0.0.2');
    assert.deepEqual(plane.gone, ['a@10.0.0.1:8080']);
  }));

for (const order of ['deleted first', 'added first'] as const) {
  test(`K8-24: an address that another pod takes over, ${order}`, () =>
    withPlane([pod('old', { address: '10.0.0.1', namespace: 'one' })], async ({ api, plane }) => {
      const steps = plane.history.length;
      if (order === 'deleted first') api.delete(at('old', '', 'one'));
      api.apply(at('new', '10.0.0.1', 'two'));
      if (order === 'added first') api.delete(at('old', '', 'one'));
      await plane.live('t.local/ new@10.0.0.1');
      assert.deepEqual(plane.gone, ['old@10.0.0.1:8080']);
      assert.ok(plane.history.length - steps <= 2);
    }));
}

test('K8-30: a label or an annotation removed', () =>
  withPlane([at('a', '10.0.0.1'), at('b', '10.0.0.2')], async ({ api, plane }) => {
    const a = at('a', '10.0.0.1');
    api.apply({ ...a, metadata: { ...a.metadata, labels: {} } });
    await plane.live('t.local/ b@10.0.0.2');
    const b = at('b', '10.0.0.2');
    api.apply({ ...b, metadata: { ...b.metadata, annotations: {} } });
    await plane.live();
  }));

test('K8-20: Ready that flaps moves one pod out and in, and costs no endpoint its identity', () =>
  withPlane([at('a', '10.0.0.1'), at('b', '10.0.0.2'), at('c', '10.0.0.3')], async ({ api, plane }) => {
    const b = at('b', '10.0.0.2');
    for (let i = 0; i < 20; i++) {
      api.apply(withStatus(b, ready('False')));
      await plane.live('t.local/ a@10.0.0.1 c@10.0.0.3');
      api.apply(withStatus(b, ready('True')));
      await plane.live('t.local/ a@10.0.0.1 b@10.0.0.2 c@10.0.0.3');
    }
    assert.ok(plane.history.every((routes) => routes.length <= 1));
    assert.deepEqual(
      plane.gone.filter((it) => !it.startsWith('b@')),
      [],
    );
  }));

test('K8-11, K8-12: repeated and misnamed events change nothing that is not new', () =>
  withPlane([at('a', '10.0.0.1')], async ({ api, plane, watch }) => {
    const steps = plane.history.length;
    const same = api.apply(at('a', '10.0.0.1'));
    for (const type of ['ADDED', 'MODIFIED', 'ADDED']) watch.send(type, same);
    const unknown = at('b', '10.0.0.2');
    watch.send('MODIFIED', {
      ...unknown,
      metadata: { ...unknown.metadata, resourceVersion: same.metadata.resourceVersion },
    });
    await plane.live('t.local/ a@10.0.0.1 b@10.0.0.2');
    assert.equal(plane.history.length, steps + 1);
  }));

test('K8-13: DELETED of a predecessor leaves the pod that has its name now', () =>
  withPlane([at('web', '10.0.0.1')], async ({ api, plane, watch }) => {
    const old = api.apply(at('web', '10.0.0.1'));
    const next = at('web', '10.0.0.2');
    api.apply({ ...next, metadata: { ...next.metadata, uid: 'another' } });
    watch.send('DELETED', old);
    api.apply(at('zzz', '10.0.0.3'));
    await plane.live('t.local/ web@10.0.0.2 zzz@10.0.0.3');
  }));

test('K8-40: keys that look like a prototype, repeated keys and depth are data like any other', () =>
  withPlane([], async ({ plane, watch }) => {
    const object = JSON.stringify(at('a', '10.0.0.1'))
      .replace('"labels":{', '"labels":{"__proto__":"x","constructor":"y",')
      .replace(
        '"annotations":{',
        '"annotations":{"__proto__":{"routingHosts":"evil.local"},"routingHosts":"first.local",',
      )
      .replace(
        '"metadata":{',
        `"deep":${'['.repeat(1000)}${']'.repeat(1000)},"metadata":{"resourceVersion":"2000",`,
      );
    watch.raw(`{"type":"ADDED","object":${object}}\n`);
    await plane.live('t.local/ a@10.0.0.1');
    assert.equal(Object.hasOwn(Object.prototype, 'routingHosts'), false);
  }));

test('K8-02, AU-18: an outage of ten minutes freezes routes and keys and costs no readiness', async () => {
  await using api = await KubernetesApi.start();
  const testClock = new TestClock();
  api.apply(at('a', '10.0.0.1'));
  api.apply(secret('default'));
  await using plane = await Plane.follow(api, { testClock });
  await plane.until(() => plane.unready.length === 0);
  await Promise.all([api.watching('pods'), api.watching('secrets')]);
  const steps = plane.history.length;
  const before = plane.source.states();
  await api.down();
  await turnsUntil(() => testClock.now() >= 600_000);
  const { pods, secrets } = plane.source.states();
  assert.deepEqual([pods.phase, secrets.phase], ['backing-off', 'backing-off']);
  assert.deepEqual(plane.history.slice(steps), []);
  assert.deepEqual([plane.routes, plane.keys, plane.unready], [['t.local/ a@10.0.0.1'], { default: 1 }, []]);
  assert.equal(pods.lastActivity, before.pods.lastActivity, 'the age that metrics show grows');
  api.delete(secret('default'));
  await api.up();
  await plane.until(() => plane.keys['default'] === undefined);
});

const ALL = ['get', 'list', 'watch'] as const;

for (const refused of ['pods', 'secrets'] as const) {
  const granted = refused === 'pods' ? 'secrets' : 'pods';
  test(`K8-28: ${refused} forbidden at the start: not ready until they are granted`, async () => {
    await using api = await KubernetesApi.start({ rules: [{ verbs: ALL, resources: [granted] }] });
    api.apply(at('a', '10.0.0.1'));
    await using plane = await Plane.follow(api);
    await api.watching(granted);
    await turnsUntil(() => plane.source.states()[refused].failures >= 2);
    assert.deepEqual(plane.unready, ['pods and secrets have not both been listed yet']);
    api.rules = undefined;
    await plane.live('t.local/ a@10.0.0.1');
    assert.deepEqual(plane.unready, []);
  });
}

test('K8-28, AU-18: secrets forbidden later: the last keys stay', async () => {
  await using api = await KubernetesApi.start();
  api.apply(secret('default'));
  await using plane = await Plane.follow(api);
  await plane.until(() => plane.unready.length === 0);
  const watch = await api.watching('secrets');
  api.rules = [{ verbs: ALL, resources: ['pods'] }];
  watch.end();
  await turnsUntil(() => plane.source.states().secrets.failures >= 3);
  assert.match(plane.source.states().secrets.error ?? '', /^grant .* resources \["secrets"\]/);
  assert.deepEqual([plane.keys, plane.unready], [{ default: 1 }, []]);
});

test('K8-35: creation times and the wall clock decide nothing', async (t) => {
  await using api = await KubernetesApi.start();
  const born = (name: string, address: string, creationTimestamp: string) => {
    const object = at(name, address);
    return { ...object, metadata: { ...object.metadata, creationTimestamp } };
  };
  api.apply(born('a', '10.0.0.1', '2999-01-01T00:00:00Z'));
  api.apply(born('b', '10.0.0.2', '1999-01-01T00:00:00Z'));
  const { systemClock } = await import('../../src/cluster/clock.ts');
  await using plane = await Plane.follow(api, { clock: systemClock });
  await plane.live('t.local/ a@10.0.0.1 b@10.0.0.2');
  await api.watching('pods');
  const now = Date.now();
  for (const hours of [1, -1]) {
    t.mock.method(Date, 'now', () => now + hours * 3_600_000);
    api.apply(at(`after-${hours}`, '10.0.0.3'));
    await plane.until(() => plane.routes.join().includes(`after-${hours}@`));
  }
  const { failures, watches } = plane.source.states().pods;
  assert.deepEqual({ failures, watches }, { failures: 0, watches: 1 });
});
