import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Fault, FaultTarget } from '../fixtures/kubernetes-api/fault.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { pod } from './objects.ts';
import { ControlHarness } from './control-harness.ts';

// The live table during a relist, from the bytes of the API server to the routes of a worker. A list can arrive in
// three ways.

const WAYS = ['supported', 'refused', 'ignored'] as const;
type Way = (typeof WAYS)[number];

interface Case {
  readonly api: KubernetesApi;
  readonly harness: ControlHarness;
  /** The server is not reachable during `change`, and loses its history: only a list shows the change. */
  readonly gap: (change: () => void) => Promise<void>;
  /**
   * Waits until the table has changed from the earlier state to these routes, and checks that it did so in one step.
   */
  readonly inOneStep: (...routes: readonly string[]) => Promise<void>;
}

function inEveryWay(name: string, before: readonly object[], body: (it: Case) => Promise<void>): void {
  for (const way of WAYS) {
    test(`${name} (streaming lists: ${way})`, async () => {
      await using api = await KubernetesApi.start({ streamingLists: way });
      for (const object of before) api.apply(object as Parameters<typeof api.apply>[0]);
      await using harness = await ControlHarness.follow(api);
      await reveal(api, way);
      await harness.until(() => harness.unready.length === 0);
      await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
      const gap = async (change: () => void) => {
        await api.down();
        change();
        api.compact();
        await api.up();
      };
      const inOneStep = async (...routes: readonly string[]) => {
        const steps = harness.history.length;
        await harness.live(...routes);
        assert.deepEqual(harness.history.slice(steps), [routes]);
      };
      await body({ api, harness, gap, inOneStep });
    });
  }
}

/**
 * A first bookmark shows that the server sends an ordinary watch instead of a streamed list; real servers send it after
 * a minute.
 */
async function reveal(api: KubernetesApi, way: Way): Promise<void> {
  if (way !== 'ignored') return;
  for (const resource of ['pods', 'secrets']) (await api.untilWatching(resource)).bookmark();
}

/** A pod with an address. */
const at = (name: string, address: string, namespace = 'default') => pod(name, { address, namespace });

inEveryWay(
  'pods that are deleted during a gap are removed with the relist, and the other pods keep their endpoints (K8-05, K8-14)',
  [at('goes', '10.0.0.1'), at('stays', '10.0.0.2')],
  async ({ api, harness, gap, inOneStep }) => {
    await gap(() => {
      api.delete(pod('goes'));
      api.apply(at('comes', '10.0.0.3'));
    });
    await inOneStep('t.local/ comes@10.0.0.3 stays@10.0.0.2');
    assert.deepEqual(harness.gone, ['goes@10.0.0.1:8080']);
  },
);

inEveryWay(
  'a deleted pod does not return after any replay or later list',
  [at('a', '10.0.0.1'), at('b', '10.0.0.2')],
  async ({ api, harness, gap }) => {
    const watch = await api.untilWatching('pods');
    api.delete(pod('a'));
    await harness.live('t.local/ b@10.0.0.2');
    const steps = harness.history.length;
    // The watch resumes without a bookmark, from the version of the deletion.
    watch.end();
    api.apply(at('c', '10.0.0.3'));
    await harness.live('t.local/ b@10.0.0.2 c@10.0.0.3');
    await gap(() => api.apply(at('d', '10.0.0.4')));
    await harness.live('t.local/ b@10.0.0.2 c@10.0.0.3 d@10.0.0.4');
    assert.ok(harness.history.slice(steps).every((routes) => !routes.join().includes('a@')));
  },
);

inEveryWay(
  'of two pods with the same name the pod of the namespace that deleted it is removed',
  [at('web', '10.0.0.1', 'one'), at('web', '10.0.0.2', 'two')],
  async ({ api, harness, gap, inOneStep }) => {
    await gap(() => api.delete(at('web', '', 'one')));
    await inOneStep('t.local/ web@10.0.0.2');
    assert.deepEqual(harness.gone, ['web@10.0.0.1:8080']);
  },
);

inEveryWay(
  'an address that another pod got during the gap is another endpoint (K8-24)',
  [at('old', '10.0.0.1', 'one')],
  async ({ api, harness, gap, inOneStep }) => {
    await gap(() => {
      api.delete(at('old', '', 'one'));
      api.apply(at('new', '10.0.0.1', 'two'));
    });
    await inOneStep('t.local/ new@10.0.0.1');
    assert.deepEqual(harness.gone, ['old@10.0.0.1:8080']);
  },
);

inEveryWay(
  'a pod that was replaced by a pod of the same name during the gap is another endpoint (K8-13)',
  [at('web', '10.0.0.1')],
  async ({ api, harness, gap }) => {
    const steps = harness.history.length;
    const next = at('web', '10.0.0.1');
    await gap(() => {
      api.delete(next);
      api.apply({ ...next, metadata: { ...next.metadata, uid: 'another' } });
    });
    await harness.until(() => harness.gone.length === 1);
    assert.ok(harness.history.slice(steps).every((routes) => routes[0] === 't.local/ web@10.0.0.1'));
  },
);

inEveryWay(
  'a pod whose label is removed during the gap is removed (K8-30)',
  [at('a', '10.0.0.1'), at('b', '10.0.0.2')],
  async ({ api, gap, inOneStep }) => {
    const hidden = at('a', '10.0.0.1');
    await gap(() => api.apply({ ...hidden, metadata: { ...hidden.metadata, labels: { routable: 'no' } } }));
    await inOneStep('t.local/ b@10.0.0.2');
  },
);

const STREAM = { resource: 'pods', verb: 'watch', streamed: true } as const;

const HALF: readonly (readonly [string, Way, FaultTarget, Fault])[] = [
  ['hangs before its end mark', 'supported', STREAM, { kind: 'no-end-mark' }],
];

for (const [name, streamingLists, target, fault] of HALF) {
  test(`the table does not change while a relist ${name} (K8-17)`, async () => {
    await using api = await KubernetesApi.start({ streamingLists });
    const pods = Array.from({ length: 1000 }, (_, i) => pod(`pod-${i}`, { address: '10.0.0.1' }));
    for (const each of pods) api.apply(each);
    await using harness = await ControlHarness.follow(api);
    await harness.until(() => harness.unready.length === 0);
    const [all = ''] = harness.routes;
    assert.equal(all.split(' ').length, 1001);
    await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);

    const steps = harness.history.length;
    await api.down();
    for (const each of pods.slice(0, 100)) api.delete(each);
    api.compact();
    api.injectFault(target, fault);
    const before = api.requests.length;
    await api.up();
    const isBroken = (it: LoggedRequest) =>
      it.path.endsWith('/pods') && (it.query.has('continue') || it.query.has('sendInitialEvents'));
    await api.untilRequested((it) => api.requests.indexOf(it) >= before && isBroken(it));
    assert.deepEqual(harness.history.slice(steps), []);
    assert.deepEqual(harness.unready, []);
    if (fault.kind === 'no-end-mark') (await api.untilWatching('pods')).bookmark();
    if (fault.kind === 'stall') {
      await api.down();
      await api.up();
    }
    await harness.until(() => harness.history.length > steps);
    assert.deepEqual(
      harness.history.slice(steps).map(([route = '']) => route.split(' ').length),
      [901],
    );
  });
}
