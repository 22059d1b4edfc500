import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import { secretFinder } from '../../src/cluster/api/find-secret.ts';
import type { FindSecret } from '../../src/cluster/source.ts';
import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import { statusObject } from '../fixtures/kubernetes-api/status.ts';
import { API_TIMEOUT } from './recorded-source.ts';
import { secret } from './objects.ts';

function finderFor(api: KubernetesApi, timeout = API_TIMEOUT): FindSecret {
  const load = () => {
    const config = new KubeConfig();
    config.loadFromString(api.kubeconfig());
    return config;
  };
  return secretFinder({ load, timeout }, { secretName: 'routing', secretField: 'api-key' });
}

const forever = new AbortController().signal;

/** The requests for Secrets, as verb and path. */
const asked = (api: KubernetesApi) =>
  api.requests.map(
    ({ verb, path, query }) => `${verb} ${path}${query.size > 0 ? `?${query.toString()}` : ''}`,
  );

async function failure(find: FindSecret, namespace = 'shop'): Promise<string> {
  const error = await find(namespace, forever).then(
    () => undefined,
    (it: unknown) => it,
  );
  assert.ok(error instanceof ApiFailure, String(error));
  return error.reason;
}

const RULE = { resources: ['secrets'], resourceNames: ['routing'] } as const;

test('one GET of that name in that namespace finds the Secret, or proves that there is none', async () => {
  await using api = await KubernetesApi.start();
  api.apply(secret('shop'));
  const find = finderFor(api);
  const found = await find('shop', forever);
  assert.deepEqual([found?.namespace, found?.name, found?.digests.length], ['shop', 'routing', 1]);
  assert.equal(await find('empty', forever), undefined);
  assert.deepEqual(asked(api), [
    'get /api/v1/namespaces/shop/secrets/routing',
    'get /api/v1/namespaces/empty/secrets/routing',
  ]);
});

const ODD: readonly (readonly [string, Fault, string])[] = [
  ['404 of a balancer', { kind: 'status', code: 404, body: 'default backend - 404' }, 'refused'],
  [
    '404 of a server that does not know the path',
    {
      kind: 'status',
      code: 404,
      body: JSON.stringify(statusObject(404, 'the server could not find the requested resource')),
    },
    'refused',
  ],
  [
    '404 about another name',
    {
      kind: 'status',
      code: 404,
      body: JSON.stringify(statusObject(404, 'not found', { kind: 'secrets', name: 'other' })),
    },
    'refused',
  ],
  ['200 with another object', { kind: 'body', text: JSON.stringify(secret('other')) }, 'malformed'],
  ['200 with no object', { kind: 'body', text: '{}' }, 'malformed'],
  ['200 with no JSON', { kind: 'body', text: '<html>' }, 'malformed'],
  ['503', { kind: 'status', code: 503 }, 'server-error'],
  ['500 of one Secret that cannot be decrypted', { kind: 'status', code: 500 }, 'server-error'],
  ['429', { kind: 'status', code: 429 }, 'throttled'],
  ['401', { kind: 'status', code: 401 }, 'unauthorized'],
  ['a reset', { kind: 'refuse' }, 'unreachable'],
];

for (const [name, fault, reason] of ODD) {
  test(`${name} proves nothing, and the next lookup is answered`, async () => {
    await using api = await KubernetesApi.start();
    const find = finderFor(api);
    api.injectFault({ resource: 'secrets', verb: 'get' }, fault);
    assert.equal(await failure(find), reason);
    assert.equal(await find('shop', forever), undefined);
  });
}

for (const fault of [{ kind: 'stall' }, { kind: 'hang', after: 5 }] as const) {
  test(`silence (${fault.kind}) proves nothing and ends`, async () => {
    await using api = await KubernetesApi.start();
    api.apply(secret('shop'));
    api.injectFault({ resource: 'secrets', verb: 'get' }, fault);
    const find = finderFor(api, 50);
    assert.match(await failure(find), /^(silent|cut)$/);
    assert.equal((await find('shop', forever))?.name, 'routing');
  });
}

test('with a role without `get` (earlier charts) the lookup is a list of that name in that namespace', async () => {
  await using api = await KubernetesApi.start({ rules: [{ ...RULE, verbs: ['list', 'watch'] }] });
  api.apply(secret('shop'));
  const find = finderFor(api);
  assert.equal((await find('shop', forever))?.digests.length, 1);
  assert.equal(await find('empty', forever), undefined);
  assert.deepEqual(asked(api).slice(0, 2), [
    'get /api/v1/namespaces/shop/secrets/routing',
    'list /api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%3Drouting',
  ]);
});

const REFUSED: readonly (readonly [string, KubernetesApiOptions, string])[] = [
  ['no permission is granted', { rules: [] }, 'forbidden'],
  [
    'granted in another namespace',
    { rules: [{ ...RULE, verbs: ['get', 'list'], namespace: 'mine' }] },
    'forbidden',
  ],
];
for (const [name, options, reason] of REFUSED) {
  test(`${name}: the problem names the permission to grant`, async () => {
    await using api = await KubernetesApi.start(options);
    const find = finderFor(api);
    assert.equal(await failure(find), reason);
    await assert.rejects(
      find('shop', forever),
      /grant apiGroups \[""\], resources \["secrets"\], verbs \["get"\]/,
    );
  });
}

test('for a server that has not read its roles yet, the problem names the failed check, and no permission', async () => {
  await using api = await KubernetesApi.start({ rules: [] });
  api.unready = ['poststarthook/rbac/bootstrap-roles'];
  const find = finderFor(api);
  assert.equal(await failure(find), 'not-ready');
  await assert.rejects(find('shop', forever), /^ApiFailure: the API server is starting and not ready yet/);
  api.unready = [];
  api.rules = undefined;
  assert.equal(await find('shop', forever), undefined);
});

test('a truncated or malformed list proves nothing', async () => {
  for (const text of [
    '{"items":[]}',
    '{"metadata":{"resourceVersion":"1","continue":"x"},"items":[]}',
    '[]',
  ]) {
    await using api = await KubernetesApi.start({ rules: [{ ...RULE, verbs: ['list'] }] });
    api.injectFault({ resource: 'secrets', verb: 'list' }, { kind: 'body', text });
    api.injectFault({ resource: 'secrets', verb: 'get' }, { kind: 'status', code: 403 });
    assert.equal(await failure(finderFor(api)), 'forbidden');
  }
});

test('a rotated token is read again after 401', async () => {
  await using api = await KubernetesApi.start({ token: 'first' });
  const find = finderFor(api);
  assert.equal(await find('shop', forever), undefined);
  api.token = 'second';
  assert.equal(await find('shop', forever).catch(() => find('shop', forever)), undefined);
});

test('concurrent lookups share a connection, and a lookup that fails does not end the others', async () => {
  await using api = await KubernetesApi.start();
  for (let at = 0; at < 8; at += 1) api.apply(secret(`n${at}`));
  api.injectFault({ resource: 'secrets', verb: 'get', after: 3 }, { kind: 'status', code: 500 });
  const find = finderFor(api);
  const found = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => find(`n${at}`, forever)));
  assert.deepEqual(found.map((it) => it.status).sort(), [
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
  ]);
});

test('the signal ends a lookup', async () => {
  await using api = await KubernetesApi.start();
  api.injectFault({ resource: 'secrets', verb: 'get' }, { kind: 'stall' });
  const stop = new AbortController();
  const found = finderFor(api)('shop', stop.signal);
  await api.untilRequested(({ verb }) => verb === 'get');
  stop.abort();
  await assert.rejects(found, ApiFailure);
});
