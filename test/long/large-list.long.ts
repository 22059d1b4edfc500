import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ControlHarness } from '../cluster/control-harness.ts';
import { parameter } from '../fixtures/load/figures.ts';

const PODS = parameter('PODS', 10_000);
const HOSTS = 100;
/** Number of valid pages after the first page. The page after them is the seventh. */
const GOOD_PAGES = 5;
const SEVENTH = { resource: 'pods', verb: 'list', continued: true, after: GOOD_PAGES } as const;

const pod = (n: number) =>
  podManifest({ name: `pod-${n}`, hosts: `h${n % HOSTS}.local`, paths: '/', port: 8080 });

/** The number of live endpoints after each change of the table. */
const endpoints = ({ history }: ControlHarness): number[] =>
  history.map((routes) => routes.reduce((sum, route) => sum + route.split(' ').length - 1, 0));

const FAULTS: readonly (readonly [string, Fault])[] = [
  ['410', { kind: 'status', code: 410 }],
  ['500', { kind: 'status', code: 500 }],
  ['no answer', { kind: 'stall' }],
  ['a reset in the middle of the page', { kind: 'cut', after: 100_000 }],
];

test(`${PODS} pods, and the seventh page of a list fails: the table is never partial and never shrinks (K8-17)`, async (t) => {
  await using api = await KubernetesApi.start({ window: PODS });
  for (let n = 0; n < PODS; n += 1) api.apply(pod(n));
  for (const [name, fault] of FAULTS) {
    await t.test(name, async () => {
      api.injectFault(SEVENTH, fault);
      await using harness = await ControlHarness.follow(api, { timeout: 500 });
      await harness.until(() => harness.unready.length === 0);
      assert.deepEqual(endpoints(harness).slice(-1), [PODS]);
      assert.deepEqual(new Set(endpoints(harness)), new Set([0, PODS]));

      const first = harness.history.length;
      const watch = await api.untilWatching('pods');
      api.injectFault({ resource: 'pods', verb: 'watch' }, { kind: 'status', code: 410 });
      api.injectFault(SEVENTH, fault);
      // No watch event reports this change, so only the list can.
      watch.bookmark();
      watch.end();
      api.delete(pod(0));
      await harness.until(() => endpoints(harness).at(-1) === PODS - 1);
      assert.ok(harness.source.states().pods.lists >= 2, 'a list delivered it');
      assert.ok(
        endpoints(harness)
          .slice(first)
          .every((count) => count >= PODS - 1),
      );
      api.apply(pod(0));
    });
  }
});
