import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPod } from '../../src/wiring/pod.ts';
import { printable } from '../../src/wiring/rejection.ts';
import { readSecret } from '../../src/wiring/secret.ts';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { NAMES, podObject } from './objects.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { testTitle } from '../fixtures/test-title.ts';
import { reducedCount } from '../fixtures/wide.ts';

const container = (port: unknown, protocol?: string) => ({ ports: [{ containerPort: port, protocol }] });

function checkPorts(row: string, spec: unknown, ports: readonly number[]): void {
  test(testTitle(row, JSON.stringify(spec)), () => {
    assert.deepEqual(readPod({ metadata: { name: 'a' }, spec }, NAMES)?.ports, ports);
  });
}

checkPorts('R28', { containers: [container(80), container(3000)] }, [80, 3000]);
checkPorts('R29', { initContainers: [{ ...container(81), restartPolicy: 'Always' }, container(82)] }, [81]);
checkPorts(
  'K8-29',
  { containers: [container(53, 'UDP'), container(80, 'TCP'), container(80), container(9, 'SCTP')] },
  [80],
);
checkPorts(
  'K8-40',
  { containers: [container('80'), container(0), container(65536), container(1.5), null, 7] },
  [],
);
checkPorts('K8-40', { containers: 'none', initContainers: [] }, []);

function checkAddress(row: string, podIP: unknown, ip: string | undefined): void {
  test(testTitle(row, `podIP ${JSON.stringify(podIP)}`), () => {
    assert.equal(readPod({ metadata: { name: 'a' }, status: { podIP } }, NAMES)?.ip, ip);
  });
}

checkAddress('K8-19', '10.0.0.1', '10.0.0.1');
checkAddress('R31, K8-19', 'fd00::1', 'fd00::1');
for (const podIP of [
  '',
  'localhost',
  '10.0.0.256',
  '[::1]',
  'fe80::1%eth0',
  '1.2.3.4\r\nX: y',
  7,
  null,
  undefined,
]) {
  checkAddress('R2', podIP, undefined);
}

test('the first address of two families counts, also on the network of the host (K8-19)', () => {
  const podIPs = [{ ip: 'fd00::1' }, { ip: '10.0.0.1' }];
  const pod = { metadata: { name: 'a' }, spec: { hostNetwork: true }, status: { podIP: 'fd00::1', podIPs } };
  assert.equal(readPod(pod, NAMES)?.ip, 'fd00::1');
});

for (const [podIPs, secondIp] of [
  [[{ ip: 'fd00::1' }, { ip: '10.0.0.1' }], '10.0.0.1'],
  [[{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], '10.0.0.1'],
  [[{ ip: 'fd00::1' }, { ip: 'fd00::2' }], undefined],
  [[{ ip: 'fd00::1' }, { ip: '10.0.0.256' }, { ip: '10.0.0.2' }, { ip: '10.0.0.3' }], '10.0.0.2'],
  [[{ ip: '127.0.0.1%lo' }, 'x', null], undefined],
  ['10.0.0.1', undefined],
  [undefined, undefined],
] as const) {
  test(`the first address of the other family among ${JSON.stringify(podIPs)} (K8-19)`, () => {
    const pod = readPod({ metadata: { name: 'a' }, status: { podIP: 'fd00::1', podIPs } }, NAMES);
    assert.equal(pod?.secondIp, secondIp);
  });
}

test('a pod without a first address has no second address', () => {
  const pod = readPod({ metadata: { name: 'a' }, status: { podIPs: [{ ip: '10.0.0.1' }] } }, NAMES);
  assert.equal(pod?.secondIp, undefined);
});

test('all fields of a healthy pod are read', () => {
  assert.deepEqual(readPod(podObject({ hosts: 'a', paths: '80:/', ports: [80] }), NAMES), {
    uid: 'uid-test-web-0',
    namespace: 'test',
    name: 'web-0',
    hosts: 'a',
    paths: '80:/',
    options: undefined,
    created: 0,
    phase: 'Running',
    ready: true,
    silent: false,
    terminating: false,
    ip: '10.244.1.17',
    hostNetwork: false,
    ports: [80],
  });
});

test('terminating and unready pods are recognised (R32, R33)', () => {
  assert.equal(readPod(podObject({ terminating: true }), NAMES)?.terminating, true);
  assert.equal(readPod(podObject({ ready: false }), NAMES)?.ready, false);
  assert.equal(readPod({ metadata: { name: 'a', deletionTimestamp: null } }, NAMES)?.terminating, false);
});

const OWNERS: readonly (readonly [string, unknown, string | undefined])[] = [
  ['none', undefined, undefined],
  ['no list', 'x', undefined],
  ['a ReplicaSet', [{ kind: 'ReplicaSet', controller: true, uid: 'rs' }], 'rs'],
  [
    'the controller among several owners',
    [
      { kind: 'Job', uid: 'a' },
      { kind: 'Job', controller: true, uid: 'b' },
    ],
    'b',
  ],
  [
    'a Node: a mirror pod does not belong to its namespace',
    [{ kind: 'Node', controller: true, uid: 'node' }],
    undefined,
  ],
  ['a kind of another API group', [{ kind: 'Fleet', controller: true, uid: 'fleet' }], undefined],
  ['without a uid', [{ kind: 'ReplicaSet', controller: true }], undefined],
];

for (const [name, ownerReferences, owner] of OWNERS) {
  test(`the controller of a pod: ${name}`, () => {
    const object = podObject({});
    const metadata = { ...(object['metadata'] as object), ownerReferences };
    assert.equal(readPod({ ...object, metadata }, NAMES)?.owner, owner);
  });
}

test('an object without a name is not a pod (K8-16)', () => {
  const nameless = [
    null,
    undefined,
    7,
    'x',
    [],
    {},
    { metadata: null },
    { metadata: { name: '' } },
    { metadata: { name: 7 } },
  ];
  for (const object of nameless) assert.equal(readPod(object, NAMES), undefined);
  assert.equal(readPod({ metadata: { name: 'a/b' } }, NAMES), undefined);
  assert.equal(readPod({ metadata: { name: 'b', namespace: 'a/b' } }, NAMES), undefined);
});

test('keys like __proto__ are ordinary keys (K8-40)', () => {
  const object: unknown = JSON.parse(
    '{"metadata":{"name":"a","annotations":{"__proto__":"evil.com","constructor":"80:/"},"__proto__":{"uid":"stolen"}},"__proto__":{"spec":{}}}',
  );
  assert.equal(readPod(object, NAMES)?.hosts, undefined);
  assert.equal(readPod(object, NAMES)?.uid, 'default/a');
  const named = readPod(object, { hosts: '__proto__', paths: 'constructor', options: 'x' });
  assert.equal(named?.hosts, 'evil.com');
  assert.equal(named?.paths, '80:/');
  assert.equal(Object.hasOwn(Object.prototype, 'uid'), false);
  assert.equal(
    readPod({ metadata: { name: 'a', annotations: {} } }, { hosts: 'toString', paths: 'b', options: 'c' })
      ?.hosts,
    undefined,
  );
});

test('a manifest without status conditions counts as running and ready when it has an address', () => {
  const assume = { assumeRunning: true };
  const at = (status: unknown) => ({ metadata: { name: 'a' }, status });
  const facts = (status: unknown, options?: typeof assume) => {
    const pod = readPod(at(status), NAMES, options);
    return `${pod?.phase} ${pod?.ready}`;
  };
  assert.equal(facts({ podIP: '127.0.0.2' }, assume), 'Running true');
  assert.equal(facts({ podIP: '127.0.0.2' }), 'Unknown false');
  assert.equal(facts({}, assume), 'Unknown false');
  assert.equal(facts({ podIP: '127.0.0.2', phase: 'Pending' }, assume), 'Pending true');
  const unready = [{ type: 'Ready', status: 'False' }];
  assert.equal(facts({ podIP: '127.0.0.2', phase: 'Running', conditions: unready }, assume), 'Running false');
});

test('any JSON is read without an exception, and the reports about it are printable', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('a.com', '80:/', 'x\ny', '\u202e', '80:/%zz'));
  const almost = fc.record({
    metadata: fc.record({
      name: text,
      namespace: fc.jsonValue(),
      uid: fc.jsonValue(),
      annotations: fc.record({ routingHosts: text, routingPaths: text }),
    }),
    spec: fc.jsonValue(),
    status: fc.oneof(fc.jsonValue(), fc.record({ podIP: text, phase: text, conditions: fc.jsonValue() })),
    data: fc.oneof(
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom('api-key', 'api-key.old', 'api-key.'), fc.jsonValue()),
    ),
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), almost), (object) => {
      const pod = readPod(object, NAMES, { assumeRunning: true });
      const wired =
        pod === undefined
          ? []
          : wirePod(pod, { ...INVENTORY_OPTIONS, requireContainerPort: false }).rejections;
      const secret = readSecret(object, 'api-key');
      for (const { detail } of [...wired, ...(secret?.rejections ?? [])])
        assert.match(detail, /^[\x20-\x7e]{0,203}$/);
    }),
    { numRuns: reducedCount(1000) },
  );
});

test('details are printable and short', () => {
  assert.equal(printable('a\r\nb\x1b[31m\u202e'), 'a\\u000d\\u000ab\\u001b[31m\\u202e');
  assert.equal(printable('x'.repeat(500)), `${'x'.repeat(200)}...`);
  assert.equal(printable('\n'.repeat(500)).length, 203);
});
