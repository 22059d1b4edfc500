import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiFailure, refusedBy } from '../../src/cluster/api/api-failure.ts';
import { activityByChecks, failedChecks } from '../../src/cluster/api/server-readiness.ts';
import type { ProblemReason } from '../../src/cluster/source.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { followApi } from './recorded-source.ts';
import { pod } from './objects.ts';

// A 403 does not always mean a missing role, and a 500 does not always mean a broken server.

const ROLES = ['system:basic-user', 'system:discovery'].map(
  (it) => `clusterrole.rbac.authorization.k8s.io "${it}" not found`,
);
const CANNOT = 'cannot list resource "pods" in API group "" at the cluster scope';
const PODWAY = 'system:serviceaccount:podway:podway';

/** Messages of real servers. */
const ANSWERS: readonly (readonly [number, string, ProblemReason, RegExp])[] = [
  [403, `pods is forbidden: User "${PODWAY}" ${CANNOT}`, 'forbidden', /^grant apiGroups/],
  [
    403,
    `pods is forbidden: User "system:anonymous" ${CANNOT}`,
    'anonymous',
    /^the API server received no token or certificate/,
  ],
  [
    403,
    `pods is forbidden: User "${PODWAY}" ${CANNOT}: RBAC: [${ROLES.join(', ')}]`,
    'not-ready',
    /^the API server is starting and does not know its roles yet\. list pods failed: the API server answered 403/,
  ],
  [
    403,
    `pods is forbidden: User "${PODWAY}" ${CANNOT}: RBAC: clusterrole.rbac.authorization.k8s.io "podway" not found`,
    'forbidden',
    /^grant apiGroups.*"podway" not found$/,
  ],
  [
    429,
    'storage is (re)initializing',
    'not-ready',
    /^the API server is starting\. list pods failed: the API server answered 429/,
  ],
  [
    503,
    'the request has been made before all known HTTP paths have been installed, please try again',
    'not-ready',
    /^the API server is starting\./,
  ],
  [
    403,
    'events "x" is forbidden: not yet ready to handle request',
    'not-ready',
    /^the API server is starting\./,
  ],
  [503, 'apiserver is shutting down', 'not-ready', /^the API server is shutting down\./],
  [429, 'too many requests', 'throttled', /^list pods failed: the API server answered 429/],
  [503, 'no backend', 'server-error', /^list pods failed: the API server answered 503/],
];

const PODS = { name: 'pods', namespace: undefined, labelSelector: undefined, objectName: undefined } as const;

for (const [status, message, reason, detail] of ANSWERS) {
  test(`${status} ${message.slice(0, 60)} is ${reason}`, () => {
    const failure = refusedBy({ resource: PODS, verb: 'list' }, { status, message, retryAfter: 1_000 });
    assert.ok(failure instanceof ApiFailure);
    assert.equal(failure.reason, reason);
    assert.match(failure.message, detail);
    if (reason !== 'forbidden') assert.doesNotMatch(failure.message, /grant/);
  });
}

test('for an anonymous client podway reports missing credentials, not a missing role, and reads them again', async () => {
  await using api = await KubernetesApi.start({ token: 'right', anonymous: true });
  let user: object = {};
  await using following = await followApi(api, { kubeconfig: () => api.kubeconfig(user) });
  const { detail } = await following.problem('anonymous');
  assert.match(detail, /no token or certificate.*User "system:anonymous" cannot watch resource/);
  assert.doesNotMatch(detail, /grant/);
  user = { token: 'right' };
  await following.synced();
  assert.deepEqual(
    following.problems.filter((it) => it.reason !== 'anonymous'),
    [],
  );
});

const STARTING: readonly (readonly [string, readonly string[], RegExp])[] = [
  [
    'has not read its roles',
    ['poststarthook/rbac/bootstrap-roles'],
    /^the API server is starting and not ready yet \(poststarthook\/rbac\/bootstrap-roles\)\. \w+ pods failed: the API server answered 403/,
  ],
  [
    'has not read its objects',
    ['informer-sync'],
    /^the API server is starting and not ready yet \(informer-sync\)/,
  ],
  ['ends', ['shutdown'], /^the API server is shutting down \(shutdown\)/],
];

for (const [name, unready, expected] of STARTING) {
  test(`podway reads the failed checks of a server that ${name}, and suggests no ClusterRole`, async () => {
    await using api = await KubernetesApi.start({ rules: [] });
    api.apply(pod('a'));
    api.unready = unready;
    await using following = await followApi(api);
    const { detail } = await following.problem('not-ready', 'pods');
    assert.match(detail, expected);
    await following.until(() => following.source.states().pods.failures >= 4);
    api.rules = undefined;
    api.unready = [];
    await following.synced();
    // One problem for each resource, regardless of which checks pass in between.
    assert.deepEqual(
      new Set(following.problems.map((it) => `${it.where} ${it.reason}`)),
      new Set(['pods not-ready', 'secrets not-ready']),
    );
    assert.equal(following.problems.length, 2);
  });
}

test('a 500 of a server without etcd names etcd', async () => {
  await using api = await KubernetesApi.start();
  api.unready = ['etcd'];
  api.injectFault({ resource: 'pods', verb: 'watch', streamed: true }, { kind: 'status', code: 500 });
  await using following = await followApi(api);
  const { detail } = await following.problem('not-ready', 'pods');
  assert.match(
    detail,
    /^the API server reports that it is not ready \(etcd\)\. watch pods failed: the API server answered 500/,
  );
  api.unready = [];
  await following.synced();
});

test('a 403 right after an outage may come from a server without its roles; when the 403 stays, a role is missing', async () => {
  await using api = await KubernetesApi.start();
  await using following = await followApi(api);
  await following.synced();
  await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
  await api.down();
  await following.problem('unreachable', 'pods');
  api.rules = [];
  await api.up();
  const { detail } = await following.problem('not-ready', 'pods');
  assert.match(
    detail,
    /^the API server was away or not ready a moment ago and may not have read its roles yet\. /,
  );
  assert.doesNotMatch(detail, /grant/);
  const stays = await following.problem('forbidden', 'pods');
  assert.match(stays.detail, /^grant apiGroups/);
});

const CHECKS: readonly (readonly [readonly string[], string | undefined])[] = [
  [[], undefined],
  [['informer-sync'], 'is starting and not ready yet'],
  [['etcd', 'poststarthook/rbac/bootstrap-roles'], 'is starting and not ready yet'],
  [['etcd', 'informer-sync-of-others'], 'reports that it is not ready'],
  // A server that shuts down also closes its parts, whose checks then fail.
  [['poststarthook/rbac/bootstrap-roles', 'shutdown'], 'is shutting down'],
];

for (const [failed, activity] of CHECKS) {
  test(`failed checks of /readyz [${failed.join()}] mean: ${activity ?? 'ready'}`, () => {
    const body = ['[+]ping ok', ...failed.map((it) => `[-]${it} failed: reason withheld`)].join('\n');
    assert.deepEqual(failedChecks(body), failed);
    assert.equal(activityByChecks(failed), activity);
  });
}
