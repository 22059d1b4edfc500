import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import { type PermissionLost, whenPermissionEnds } from '../../src/terminal/watch-permission.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { identity } from '../fixtures/transports.ts';

const REVIEWS = { resource: 'selfsubjectaccessreviews' };
const REQUEST = {
  target: { namespace: 'default', pod: 'a', container: undefined },
  program: 'shell' as const,
  readOnly: false,
  size: { columns: 80, rows: 24 },
};

interface Row {
  readonly name: string;
  readonly happens: (api: KubernetesApi) => void | Promise<void>;
  readonly expected: { readonly reason: PermissionLost['reason']; readonly detail: RegExp };
  /** The maximum time between the last allowed review and the end, in milliseconds. */
  readonly within: number;
}

const ROWS: readonly Row[] = [
  {
    name: 'the right is revoked (TT-20)',
    happens: (api) => {
      api.rules = [{ verbs: ['get'], resources: ['pods/exec'] }];
    },
    expected: { reason: 'revoked', detail: /^this user may not create pods\/exec of default\/a$/ },
    within: 60_000,
  },
  {
    name: 'the token no longer counts, or its user is gone (TT-20)',
    happens: (api) => {
      api.token = 'another';
    },
    expected: { reason: 'revoked', detail: /failed: the API server answered 401/ },
    within: 60_000,
  },
  {
    name: 'reviews are forbidden (TT-20)',
    happens: (api) => api.injectFault({ ...REVIEWS, times: 2 }, { kind: 'status', code: 403 }),
    expected: { reason: 'revoked', detail: /failed: the API server answered 403/ },
    within: 60_000,
  },
  {
    name: 'the API server is not reachable for five minutes (TT-20)',
    happens: (api) => api.down(),
    expected: {
      reason: 'api-outage',
      detail: /^the API server has not confirmed the permission for this terminal: .*reached/,
    },
    within: 300_000,
  },
  {
    name: 'the API server is not reachable for two minutes, then the right is revoked (TT-20)',
    happens: (api) => {
      api.rules = [];
      api.injectFault({ ...REVIEWS, times: 8 }, { kind: 'status', code: 500 });
    },
    expected: { reason: 'revoked', detail: /^this user may not create/ },
    within: 180_000,
  },
];

for (const { name, happens, expected, within } of ROWS) {
  test(`a terminal is open, and ${name}`, async () => {
    await using api = await KubernetesApi.start({ tls: await identity(), token: 'of-the-user' });
    const config = new KubeConfig();
    config.loadFromString(api.kubeconfig());
    const clock = new TestClock();
    const server = new ApiServer({ load: () => config, timeout: 10_000 });
    // The API server allows some reviews before the event.
    const answered = api
      .untilRequested(({ path }) => path.endsWith('/selfsubjectaccessreviews'), 4)
      .then(async () => {
        const at = clock.now();
        await happens(api);
        return at;
      });
    const lost = whenPermissionEnds(
      { user: 'u', api: server, request: REQUEST },
      clock,
      new AbortController().signal,
    );
    const at = await answered;
    const end = await withTimeout(lost, 'the end');
    assert.equal(end?.reason, expected.reason);
    assert.match(end?.detail ?? '', expected.detail);
    assert.ok(clock.now() - at <= within + 30_000, `${clock.now() - at} ms`);
    assert.doesNotMatch(end?.detail ?? '', /of-the-user/);
  });
}

test('a terminal that has ended sends no more reviews', async () => {
  await using api = await KubernetesApi.start();
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig());
  const server = new ApiServer({ load: () => config, timeout: 10_000 });
  const over = new AbortController();
  const grant = { user: 'u', api: server, request: REQUEST };
  const lost = whenPermissionEnds(grant, new TestClock(), over.signal);
  await api.untilRequested(({ path }) => path.endsWith('/selfsubjectaccessreviews'), 2);
  over.abort();
  assert.equal(await withTimeout(lost, 'the end'), undefined);
});
