import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { readRequest } from '../http1/read-request.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';

interface GuardCase {
  readonly name: string;
  /** Pods of the one route: their options and further fields. */
  readonly pods: Readonly<Record<string, PodCase>>;
  readonly method?: string;
  readonly length?: number;
  readonly key?: string;
  readonly client?: string;
  /** Names of the pods that may get the request, or a reason and field lines. */
  readonly expected: string;
}

interface PodCase {
  readonly words: string;
  readonly namespace?: string;
  readonly ready?: boolean;
}

const SETTINGS = workerSettings({ clientMaxBodySize: 1000 });
const ROLLOUT = { old: { words: '' }, new: { words: 'methods=GET' } };

const CASES: readonly GuardCase[] = [
  { name: 'no guard', pods: { a: { words: '' }, b: { words: '' } }, expected: 'a b' },
  { name: 'a guard that the request meets', pods: { a: { words: 'methods=GET' } }, expected: 'a' },
  { name: 'GET includes HEAD', pods: { a: { words: 'methods=GET' } }, method: 'HEAD', expected: 'a' },
  {
    name: 'a guard that the request does not meet',
    pods: { a: { words: 'methods=GET' } },
    method: 'POST',
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  { name: 'old and new template', pods: ROLLOUT, expected: 'new old' },
  {
    name: 'old and new template, only one accepts the request',
    pods: ROLLOUT,
    method: 'POST',
    expected: 'old',
  },
  {
    name: 'the template without guards has no ready pod left',
    pods: { ...ROLLOUT, old: { words: '', ready: false } },
    method: 'POST',
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  {
    name: 'no pod is ready, and none would accept the request',
    pods: { a: { words: 'methods=GET', ready: false } },
    method: 'POST',
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  {
    name: 'no pod is ready',
    pods: { a: { words: 'methods=GET', ready: false } },
    expected: 'no-ready-pod',
  },
  {
    name: 'of two refusals the refusal of more pods counts',
    pods: { a: { words: 'methods=GET' }, b: { words: 'methods=PUT' }, c: { words: 'methods=PUT' } },
    method: 'POST',
    expected: 'method-not-allowed Allow: PUT',
  },
  {
    name: 'a body is compared with the limit of each pod',
    pods: { a: { words: 'max-body=10' }, b: { words: 'max-body=100' } },
    length: 50,
    expected: 'b',
  },
  {
    name: 'a body too long for all pods',
    pods: { a: { words: 'max-body=10' } },
    length: 50,
    expected: 'body-too-large',
  },
  {
    name: 'no option lifts a setting',
    pods: { a: { words: 'max-body=10k' } },
    length: 1001,
    expected: 'body-too-large',
  },
  {
    name: 'the key is checked before the method',
    pods: { a: { words: 'methods=GET', namespace: 'keyed' } },
    method: 'POST',
    expected: 'key-refused',
  },
  {
    name: 'each namespace has its key and its guards',
    pods: { a: { words: 'methods=GET', namespace: 'keyed' }, b: { words: '' } },
    method: 'POST',
    expected: 'b',
  },
  {
    name: 'a valid key does not select a pod that does not accept the method',
    pods: { a: { words: 'methods=GET', namespace: 'keyed' }, b: { words: '' } },
    method: 'POST',
    key: 'secret',
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  { name: 'an allowed address', pods: { a: { words: 'allow=192.0.2.0/24' } }, expected: 'a' },
  {
    name: 'an address that is not allowed',
    pods: { a: { words: 'allow=10.0.0.0/8' } },
    expected: 'address-refused',
  },
  {
    name: 'both families',
    pods: { a: { words: 'allow=10.0.0.0/8,2001:db8::/32' } },
    client: '2001:db8::1',
    expected: 'a',
  },
  {
    name: 'a block in the form of IPv6',
    pods: { a: { words: 'allow=::ffff:192.0.2.0/120' } },
    expected: 'a',
  },
  {
    name: 'a block in the form of IPv6, in hexadecimal digits',
    pods: { a: { words: 'deny=::ffff:c000:200/120' } },
    expected: 'address-refused',
  },
  {
    name: 'all of IPv6 includes no IPv4 address',
    pods: { a: { words: 'allow=::/0' } },
    expected: 'address-refused',
  },
  {
    name: 'an IPv4 address is not refused with all of IPv6',
    pods: { a: { words: 'deny=::/0' } },
    expected: 'a',
  },
  {
    name: 'all of IPv6',
    pods: { a: { words: 'allow=::/0' } },
    client: '2001:db8::1',
    expected: 'a',
  },
  {
    name: 'all of IPv4 includes no IPv6 address',
    pods: { a: { words: 'allow=0.0.0.0/0' } },
    client: '2001:db8::1',
    expected: 'address-refused',
  },
  {
    name: 'all of IPv4 in the form of IPv6',
    pods: { a: { words: 'allow=::ffff:0:0/96' } },
    expected: 'a',
  },
  { name: 'one address', pods: { a: { words: 'allow=192.0.2.1' } }, expected: 'a' },
  {
    name: 'an address that is allowed and refused',
    pods: { a: { words: 'allow=192.0.2.0/24 deny=192.0.2.1' } },
    expected: 'address-refused',
  },
  { name: 'an address that another entry refuses', pods: { a: { words: 'deny=192.0.2.2' } }, expected: 'a' },
  {
    name: 'a rollout that closes a route',
    pods: { old: { words: '' }, new: { words: 'allow=10.0.0.0/8' } },
    expected: 'old',
  },
  {
    name: 'the address is checked before the key',
    pods: { a: { words: 'allow=10.0.0.0/8', namespace: 'keyed' } },
    expected: 'address-refused',
  },
  {
    name: 'pods that do not allow the address do not require their key',
    pods: { a: { words: 'allow=10.0.0.0/8' }, b: { words: '', namespace: 'keyed' } },
    key: 'secret',
    expected: 'b',
  },
  { name: 'an unreadable option', pods: { a: { words: 'metods=GET' } }, expected: 'no-ready-pod' },
  {
    name: 'an unreadable option, and pods of another template',
    pods: { a: { words: 'metods=GET' }, b: { words: '' } },
    expected: 'b',
  },
];

for (const one of CASES) test(`${one.name} (OP-18, OP-19, AD-01, AD-02)`, () => check(one));

function check({ pods, method = 'GET', length = 0, key, client = PEER.address, expected }: GuardCase): void {
  const listed = Object.entries(pods).map(([name, { words, ...more }], at) =>
    aPod({
      name,
      hosts: 't.local',
      paths: `80:/a ${words} 81:/`,
      ip: `10.0.0.${at + 1}`,
      ports: [80],
      ...more,
    }),
  );
  for (const order of [listed, listed.toReversed()]) {
    const { table } = new Cluster().list(order, [aSecret('keyed', 'secret')]);
    const lines = [`Host: t.local`, `Content-Length: ${length}`];
    if (key !== undefined) lines.push(`X-Routing-Api-Key: ${Buffer.from(key).toString('base64')}`);
    const read = readRequest(`${method} /a/b HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    assert.ok('head' in read);
    const decision = settled(read.head, { ...PEER, address: client }, judging(table, SETTINGS));
    assert.equal(
      decision.kind === 'forward'
        ? decision.grant.candidates.map(({ pod }) => pod).join(' ')
        : `${decision.reason} ${decision.kind === 'answer' ? (decision.fields ?? '') : ''}`.trim(),
      expected,
    );
  }
}
