import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseForwardedPort, type RemotePort } from '../../src/podstream/targets/forwarded-port.ts';
import { endpointsOf, nextEndpoint } from '../../src/podstream/targets/next-endpoint.ts';
import { ownerKind } from '../../src/podstream/targets/owners.ts';
import { ownerPodPort, readOwner } from '../../src/podstream/targets/owner-view.ts';
import {
  parseNamedTarget,
  parseTarget,
  type ReadTarget,
  selectorTarget,
  type Target,
  targetText,
} from '../../src/podstream/targets/target.ts';
import { portsOf, readTargetPod, type TargetPod } from '../../src/podstream/targets/target-pod.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { podManifest } from '../fixtures/manifest.ts';

const ROUTES = {
  annotations: { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' },
  requireContainerPort: true,
  maxRoutesPerPod: 100,
  optionRules: INVENTORY_OPTIONS.optionRules,
};

/** The object that the text of a target names, or the error. */
function check(text: string, expected: string | RegExp, read: (text: string) => ReadTarget = parseTarget) {
  const found = read(text);
  if (expected instanceof RegExp)
    assert.match('problem' in found ? found.problem : targetText(found.target), expected);
  else assert.equal('problem' in found ? found.problem : targetText(found.target), expected, text);
}

test('targets: a pod, an owner, a selector, a route', () => {
  const rows: readonly (readonly [string, string | RegExp])[] = [
    ['web-0', 'pod/web-0'],
    ['pod/web-0', 'pod/web-0'],
    ['po/web-0', 'pod/web-0'],
    ['etcd-ip-10-0-0-1.ec2.internal', 'pod/etcd-ip-10-0-0-1.ec2.internal'],
    ['deploy/pg', 'deployment/pg'],
    ['Deployment/pg', 'deployment/pg'],
    ['deployment.apps/pg', 'deployment/pg'],
    ['deployments.v1.apps/pg', 'deployment/pg'],
    ['sts/pg', 'statefulset/pg'],
    ['ds/pg', 'daemonset/pg'],
    ['rs/pg', 'replicaset/pg'],
    ['job/pg', 'job/pg'],
    ['svc/pg', 'service/pg'],
    ['service./pg', /^service\. is no host|expected/],
    ['shop.example.com/api', 'shop.example.com/api'],
    ['Shop.Example.com/%61pi', 'shop.example.com/api'],
    ['shop.example.com/', 'shop.example.com/'],
    ['*.example.com/', '*.example.com/'],
    ['[::1]/api/', '[::1]/api/'],
    ['http://deploy/api', 'deploy/api'],
    ['http://shop.example.com', 'shop.example.com/'],
    [
      'shop.example.com:8080/api',
      /^shop\.example\.com:8080 is not a valid host: expected a host without a port/,
    ],
    ['shop.example.com/a/../b', /is not a valid path: expected a path without \. and \.\. segments/],
    ['web/api', /^expected one of pod, deployment, .*, or HOST\/PATH, not web\/$/],
    ['../secrets/x', /^\.\. is not a valid host/],
    ['pod/a/b', /^the name of the pod is not a DNS name/],
    ['deploy/..', /^the name of the deployment is not a DNS name/],
    ['', /^the name of the pod is not a DNS name/],
    ['\x1b[31m/x', /^expected one of .* not \\u001b\[31m\/$/],
  ];
  for (const [text, expected] of rows) check(text, expected);
  check('app=web,tier in (a,b)', 'app=web,tier in (a,b)', selectorTarget);
  check('app=', 'app=', selectorTarget);
  check('a b', /^malformed selector: expected an operator/, selectorTarget);
});

test('targets of exec: a pod or an owner, and no error mentions hosts', () => {
  const kinds = 'pod, deployment, statefulset, daemonset, replicaset, job, service';
  const expected = (text: string) => `expected POD or KIND/NAME, where KIND is one of ${kinds}, not ${text}`;
  const rows: readonly (readonly [string, string | RegExp])[] = [
    ['web-0', 'pod/web-0'],
    ['po/web-0', 'pod/web-0'],
    ['etcd-ip-10-0-0-1.ec2.internal', 'pod/etcd-ip-10-0-0-1.ec2.internal'],
    ['deployments.v1.apps/pg', 'deployment/pg'],
    ['svc/pg', 'service/pg'],
    ['../x', expected('../x')],
    ['foo/bar', expected('foo/bar')],
    ['/etc/passwd', expected('/etc/passwd')],
    ['shop.example.com/api', expected('shop.example.com/api')],
    ['http://shop.example.com/', expected('http://shop.example.com/')],
    ['[::1]/', expected('[::1]/')],
    ['\x1b[31m/x', expected('\\u001b[31m/x')],
    ['deploy/..', /^the name of the deployment is not a DNS name/],
    ['..', /^the name of the pod is not a DNS name/],
    ['Web', /^the name of the pod is not a DNS name/],
    ['pod/', /^the name of the pod is not a DNS name/],
    ['', /^the name of the pod is not a DNS name/],
  ];
  for (const [text, expected] of rows) check(text, expected, parseNamedTarget);
});

test('every text that is accepted as a name is a path segment without escaping (PS-30)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), fc.constantFrom('', 'pod/', 'deploy/'), (text, word) => {
      const read = parseTarget(word + text);
      if ('target' in read && 'name' in read.target)
        assert.match(read.target.name, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);
    }),
  );
});

test('ports: LOCAL:REMOTE, :REMOTE, REMOTE, and for a route LOCAL: or nothing', () => {
  const port = (text: string, isRoute = false) => {
    const read = parseForwardedPort(text, isRoute);
    if ('problem' in read) return read.problem;
    const { local, remote } = read.port;
    return `${local} ${'port' in remote ? remote.port : 'name' in remote ? remote.name : 'route'}`;
  };
  const rows: readonly (readonly [string, string])[] = [
    ['8080:80', '8080 80'],
    [':80', '0 80'],
    ['0:80', '0 80'],
    ['80', '80 80'],
    ['8080:http', '8080 http'],
    ['http', '0 http'],
    ['5432:pg-5', '5432 pg-5'],
  ];
  for (const [text, expected] of rows) {
    assert.equal(port(text), expected, text);
    assert.equal(port(text, true), expected, text);
  }
  assert.equal(port('8080:', true), '8080 route');
  assert.equal(port('', true), '0 route');
  for (const text of [
    '',
    ':',
    '80:',
    '65536',
    '80:0',
    '-1:80',
    '1:2:3',
    '8o80:80',
    'Http',
    '80:a_b',
    '99999:80',
    ' 80',
  ])
    assert.match(port(text), /^expected \[LOCAL:\]REMOTE, not /, text);
});

/** A pod as the API server sends it, with more containers. */
function object(name: string, more: Partial<Parameters<typeof podManifest>[0]> = {}, ports: object[] = []) {
  const manifest = podManifest({ name, hosts: 'a.test', paths: '/ /api', port: 3000, ...more });
  const [main] = manifest.spec.containers;
  return { ...manifest, spec: { containers: [main, { name: 'more', ports }] } };
}

function podOf(name: string, more: Parameters<typeof object>[1] = {}, ports: object[] = []): TargetPod {
  const pod = readTargetPod(object(name, more, ports), ROUTES);
  assert.ok(pod);
  return pod;
}

const targetOf = (text: string): Target => {
  const read = parseTarget(text);
  assert.ok('target' in read);
  return read.target;
};

test('the port of a target: a number, the name of a container port, or the port of the annotation', () => {
  const udp = { name: 'dns', containerPort: 53, protocol: 'UDP' };
  const pod = podOf('a', { paths: '3000:/api 3001:/api 3000:/' }, [
    { name: 'metrics', containerPort: 9090 },
    udp,
    { name: 'dns', containerPort: 54 },
  ]);
  const ports = (target: string, remote: RemotePort) => portsOf(pod, targetOf(target), remote);
  assert.deepEqual(ports('pod/a', { kind: 'number', port: 22 }), [22]);
  assert.deepEqual(ports('pod/a', { kind: 'name', name: 'metrics' }), [9090]);
  assert.deepEqual(ports('pod/a', { kind: 'name', name: 'dns' }), [54]);
  assert.deepEqual(ports('pod/a', { kind: 'name', name: 'nosuch' }), []);
  assert.deepEqual(ports('a.test/api', { kind: 'route' }), [3000]);
  assert.deepEqual(ports('a.test/other', { kind: 'route' }), []);
  assert.deepEqual(ports('pod/a', { kind: 'route' }), []);
});

test('malformed objects have no ports, no routes and are not ready', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (spec, status) => {
      const pod = readTargetPod({ metadata: { name: 'a' }, spec, status }, ROUTES);
      assert.equal(pod?.isReady, false);
    }),
  );
});

const SERVICE = {
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    selector: { app: 'web', tier: '' },
    ports: [
      { name: 'http', port: 80, targetPort: 'web' },
      { name: 'admin', port: 9090, targetPort: 9091 },
      { port: 81 },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
  },
};

test('a port of a Service stands for one of its pods', () => {
  const kind = ownerKind('svc');
  assert.ok(kind);
  const owner = readOwner(SERVICE, kind);
  assert.ok(owner);
  assert.equal(owner.labelSelector, 'app=web,tier=');
  const behind = (remote: RemotePort) => ownerPodPort(owner, remote);
  assert.deepEqual(behind({ kind: 'number', port: 80 }), { remote: { kind: 'name', name: 'web' } });
  assert.deepEqual(behind({ kind: 'name', name: 'admin' }), { remote: { kind: 'number', port: 9091 } });
  assert.deepEqual(behind({ kind: 'number', port: 81 }), { remote: { kind: 'number', port: 81 } });
  assert.deepEqual(behind({ kind: 'number', port: 53 }), {
    problem: 'service shop/web has no TCP port 53, only 80 (http), 9090 (admin), 81',
  });
});

test('the selector of a controller; a controller without one has none', () => {
  const kind = ownerKind('deploy');
  assert.ok(kind);
  const selectorOf = (selector: unknown) =>
    readOwner({ metadata: { name: 'a' }, spec: { selector } }, kind)?.labelSelector;
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'env', operator: 'NotIn', values: ['test'] },
    { key: 'x', operator: 'Exists' },
    { key: 'y', operator: 'DoesNotExist' },
  ];
  assert.equal(
    selectorOf({ matchLabels: { app: 'web' }, matchExpressions }),
    'app=web,tier in (a,b),env notin (test),x,!y',
  );
  for (const none of [
    undefined,
    {},
    { matchLabels: {} },
    { matchLabels: { 'a b': 'c' } },
    { matchExpressions: [{ key: 'a', operator: 'Gt' }] },
    'app=web',
  ])
    assert.equal(selectorOf(none), undefined, JSON.stringify(none));
});

test('ready pods are taken in turn, running pods only when no pod is ready, terminating pods never', () => {
  const pods = [
    podOf('c'),
    podOf('a'),
    podOf('b', { condition: 'unready' }),
    podOf('d', { condition: 'terminating' }),
    podOf('e'),
  ];
  const endpoints = endpointsOf(pods, targetOf('pod/a'), { kind: 'number', port: 80 });
  assert.deepEqual(
    endpoints.map(({ pod }) => pod.name),
    ['a', 'b', 'c', 'e'],
  );
  const refused = new Map<string, boolean>();
  let last: string | undefined;
  const take = (alsoUnready = false) => {
    const next = nextEndpoint(endpoints, { last, refused, alsoUnready });
    last = next?.key ?? last;
    return next?.pod.name;
  };
  assert.deepEqual(
    Array.from({ length: 5 }, () => take(true)),
    ['a', 'c', 'e', 'a', 'c'],
  );
  for (const { key, pod } of endpoints) if (pod.isReady && pod.name !== 'e') refused.set(key, true);
  assert.deepEqual([take(), take()], ['e', 'e']);
  for (const { key, pod } of endpoints) if (pod.isReady) refused.set(key, true);
  assert.deepEqual([take(), take(true)], [undefined, 'b']);
  for (const { key, pod } of endpoints) refused.set(key, pod.isReady);
  assert.equal(take(true), undefined);
  const later = endpointsOf([podOf('b')], targetOf('pod/a'), { kind: 'number', port: 80 });
  assert.equal(nextEndpoint(later, { last, refused, alsoUnready: false })?.pod.name, 'b');
});

test('a new pod with the name of an earlier one is another endpoint', () => {
  const [before, after] = ['1', '2'].map((uid) => ({ ...podOf('a'), uid }));
  const keys = [before, after].flatMap((pod) =>
    endpointsOf(pod === undefined ? [] : [pod], targetOf('pod/a'), { kind: 'number', port: 80 }),
  );
  assert.notEqual(keys[0]?.key, keys[1]?.key);
});
