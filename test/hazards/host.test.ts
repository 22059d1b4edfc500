import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, head, type ExchangeCase } from '../fixtures/check.ts';
import { startScene } from '../fixtures/scene.ts';
import { HOST_VALUES } from '../wiring/host-values.ts';
import { testTitle } from '../fixtures/test-title.ts';

function withHost(...hosts: string[]): string {
  return head('GET / HTTP/1.1', ...hosts.map((host) => `Host: ${host}`));
}

const closed = (name: string, send: string): ExchangeCase => ({ name, send, status: 'closed' });
const refused = (name: string, send: string): ExchangeCase => ({ name, send, status: 400, after: 'closed' });

/** The values that can be sent: white space around a value does not belong to it, and a field consists of octets. */
const ON_THE_WIRE = HOST_VALUES.flatMap(([row, host, values]) =>
  values
    .filter((value) => value === value.trim() && /^[\0-\xff]*$/.test(value))
    .map((value) => ({ row, host, value })),
);
const GOOD = ON_THE_WIRE.filter(({ host }) => host === 't.local').map(({ value }) => value);
const UNKNOWN = [
  'unknown',
  'xt.local',
  't.local.evil',
  't.localx',
  'evil-t.local',
  'local',
  '[::1]',
  '127.0.0.1',
];
const OBJECT_NAMES = ['constructor', 'hasOwnProperty', '__proto__'];

const spec = {
  pods: [
    { name: 'o1' },
    { name: 'wild', hosts: '*.wild.local' },
    { name: 'wilder', hosts: '*.deep.wild.local' },
    { name: 'exact', hosts: 'exact.wild.local' },
    { name: 'literal', hosts: '192.168.0.1' },
  ],
};

await checkExchanges('a malformed Host is refused', spec, [
  ...ON_THE_WIRE.filter(({ host }) => host === undefined).map(({ row, value }) =>
    refused(testTitle(row, JSON.stringify(value)), withHost(value)),
  ),
  refused('none (P2)', head('GET / HTTP/1.1')),
  refused('two, equal (HD-03)', withHost('t.local', 't.local')),
  refused('two, different (P2)', withHost('t.local', 'other')),
]);

await checkExchanges('a host is found with any case, port and trailing dot', spec, [
  ...GOOD.map(
    (host): ExchangeCase => ({ name: `${host} (HD-07)`, send: withHost(host), status: 200, origin: 'o1' }),
  ),
  { name: 'wildcard', send: withHost('a.wild.local'), status: 200, origin: 'wild' },
  { name: 'wildcard, several labels', send: withHost('a.b.wild.local'), status: 200, origin: 'wild' },
  { name: 'longer wildcard', send: withHost('a.deep.wild.local'), status: 200, origin: 'wilder' },
  { name: 'exact before wildcard', send: withHost('exact.wild.local'), status: 200, origin: 'exact' },
  { name: 'address literal', send: withHost('192.168.0.1:80'), status: 200, origin: 'literal' },
]);

await checkExchanges('a request for an unknown host gets no byte', spec, [
  ...[...UNKNOWN, ...OBJECT_NAMES].map((host) => closed(`${host} (HD-10)`, withHost(host))),
  closed('HTTP/1.0 without Host (HD-11)', head('GET / HTTP/1.0')),
  closed('wildcard needs a label', withHost('wild.local')),
]);

for (const [unknownHost, status] of [['404', 404] as const, ['421', 421] as const]) {
  await checkExchanges(`UNKNOWN_HOST=${unknownHost} answers`, { ...spec, settings: { unknownHost } }, [
    { name: 'unknown', send: withHost('unknown'), status },
    { name: 'HTTP/1.0 without Host', send: head('GET / HTTP/1.0'), status, after: 'closed' },
    { name: 'known', send: withHost('t.local'), status: 200, origin: 'o1' },
  ]);
}

await checkExchanges('without any pod every request is closed', { pods: [] }, [
  closed('a well-formed host (T1)', withHost('t.local')),
  refused('a malformed host is still refused (T1)', withHost('a..b')),
]);

test('an unknown host ends a connection that served a known one (N5)', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  assert.equal((await client.exchange(withHost('t.local'))).status, 200);
  const before = client.reader.received.length;
  void client.send(withHost('unknown'));
  assert.equal((await client.closed()).received.length, before);
});

test('the pod sees Host exactly as it was sent (P1)', async () => {
  await using scene = await startScene(spec);
  for (const host of GOOD) {
    await scene.exchange(withHost(host));
    assert.deepEqual(scene.origin('o1').requests.at(-1)?.values('host'), [host]);
  }
});
