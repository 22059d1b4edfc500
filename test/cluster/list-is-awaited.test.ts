import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { apiSource } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

/** A source whose list of pods has arrived, and takes effect when the test calls `takeEffect`. */
async function listing(api: KubernetesApi, problem: (report: { readonly detail: string }) => void) {
  const source = await apiSource(api);
  const stop = new AbortController();
  const delivered: string[] = [];
  const taking = Promise.withResolvers<void>();
  const waits = Promise.withResolvers<void>();
  const ended = source.run(
    {
      changed: ({ kind, event }) => delivered.push(`${kind} ${event.type}`),
      applied: () => {
        waits.resolve();
        return taking.promise;
      },
      state: () => undefined,
      problem,
    },
    stop.signal,
  );
  await withTimeout(waits.promise, 'no list is awaited');
  return { stop, delivered, ended, takeEffect: taking.resolve };
}

for (const streamingLists of ['refused', 'supported'] as const)
  test(`kinds that are listed after pods are requested when the list of pods has taken effect (lists ${streamingLists})`, async () => {
    await using api = await KubernetesApi.start({ streamingLists });
    api.apply(pod('a'));
    api.apply(secret('default'));
    const { stop, delivered, ended, takeEffect } = await listing(api, ({ detail }) => assert.fail(detail));
    const isOfSecrets = ({ path }: { readonly path: string }) => path.endsWith('/secrets');
    assert.deepEqual(delivered, ['pods init', 'pods init-apply', 'pods init-done']);
    assert.equal(api.requests.some(isOfSecrets), false);
    takeEffect();
    await api.untilRequested(isOfSecrets);
    stop.abort();
    await withTimeout(ended, 'the source does not end');
  });

test('a source that is stopped while its list takes effect delivers no further events', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('a'));
  const { stop, delivered, ended, takeEffect } = await listing(api, () => undefined);
  stop.abort();
  api.apply(pod('b'));
  takeEffect();
  await withTimeout(ended, 'the source does not end');
  assert.deepEqual(delivered, ['pods init', 'pods init-apply', 'pods init-done']);
});
