import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientAddress } from '../../src/routing/client-address.ts';
import { TrustedPeers } from '../../src/proxy/downstream/trusted-peers.ts';
import { RequestHead } from '../../src/http1/request-head.ts';
import { PEER } from '../fixtures/decide-request.ts';
import { readRequest } from '../http1/read-request.ts';

interface ClientCase {
  readonly peer?: string;
  readonly forwardedFor?: readonly string[];
  readonly client: string | undefined;
}

const TRUSTED = new TrustedPeers(['10.0.0.0/8', 'fd00::/8']);
const PROXY = '10.0.0.1';

const CASES: readonly ClientCase[] = [
  { peer: '192.0.2.1', client: '192.0.2.1' },
  { peer: 'fe80::1%2', client: 'fe80::1' },
  // The field of an untrusted client is ignored.
  { peer: '192.0.2.1', forwardedFor: ['10.9.9.9'], client: '192.0.2.1' },
  { forwardedFor: ['192.0.2.7'], client: '192.0.2.7' },
  { forwardedFor: ['10.9.9.9, 192.0.2.7'], client: '192.0.2.7' },
  { forwardedFor: ['192.0.2.7, 10.0.0.2, 10.0.0.3'], client: '192.0.2.7' },
  { forwardedFor: ['198.51.100.1', '192.0.2.7, 10.0.0.2'], client: '192.0.2.7' },
  // All addresses are of trusted proxies.
  { forwardedFor: ['10.0.0.2,10.0.0.3'], client: '10.0.0.2' },
  { forwardedFor: ['192.0.2.7:55'], client: '192.0.2.7' },
  { forwardedFor: ['[2001:db8::1]:55'], client: '2001:db8::1' },
  { forwardedFor: ['"[2001:db8::1]"'], client: '2001:db8::1' },
  { forwardedFor: ['2001:db8::1'], client: '2001:db8::1' },
  { forwardedFor: ['::ffff:192.0.2.7'], client: '192.0.2.7' },
  { forwardedFor: ['0:0:0:0:0:FFFF:c000:0207'], client: '192.0.2.7' },
  { forwardedFor: ['192.0.2.7, ::ffff:a00:2'], client: '192.0.2.7' },
  { forwardedFor: ['::c000:207'], client: '::c000:207' },
  { forwardedFor: ['192.0.2.7, fd00::1'], client: '192.0.2.7' },
  { forwardedFor: ['"192.0.2.7:55'], client: '192.0.2.7' },
  { forwardedFor: ['192.0.2.7 "'], client: undefined },
  { forwardedFor: ['" 192.0.2.7"'], client: undefined },
  { forwardedFor: ['[192.0.2.7]:55'], client: '192.0.2.7' },
  { forwardedFor: ['[fe80::1%"]'], client: 'fe80::1' },
  { forwardedFor: ['fe80::1%"'], client: 'fe80::1' },
  { forwardedFor: ['fe80::1%"x'], client: undefined },
  { forwardedFor: ['[2001:db8::1'], client: undefined },
  { forwardedFor: ['[2001:db8::1]55'], client: undefined },
  { forwardedFor: ['2001:db8::1]'], client: undefined },
  { forwardedFor: [',10.0.0.2'], client: undefined },
  { forwardedFor: [','], client: undefined },
  { forwardedFor: [`${'192.0.2.7, '.repeat(19)}192.0.2.8`], client: '192.0.2.8' },
  // A trusted peer whose field is unusable.
  { client: undefined },
  { forwardedFor: ['unknown'], client: undefined },
  { forwardedFor: ['192.0.2.7, unknown'], client: undefined },
  { forwardedFor: ['192.0.2.7,'], client: undefined },
  { forwardedFor: ['192.0.2.300'], client: undefined },
  { forwardedFor: ['192.0.2.7 192.0.2.8'], client: undefined },
];

for (const one of CASES)
  test(`the client of ${one.peer ?? PROXY}: ${one.forwardedFor?.join(' | ') ?? 'no X-Forwarded-For'} (RA-05)`, () =>
    check(one));

/** The pattern that read addresses before took time by the third power of their length: about an hour for the first of these fields. */
for (const field of [
  `10.0.0.2,${' '.repeat(16_000)}[`,
  `${'10.0.0.2,'.repeat(2_000)}"${'\t'.repeat(8_000)}"`,
])
  test(`the client of a field of ${field.length} characters (RA-05)`, () => {
    const head = new RequestHead();
    head.forwardedFor = field;
    assert.equal(clientAddress(head, { ...PEER, address: PROXY, trusted: true }, TRUSTED), undefined);
  });

function check({ peer = PROXY, forwardedFor = [], client }: ClientCase): void {
  const lines = forwardedFor.map((it) => `X-Forwarded-For: ${it}\r\n`);
  const read = readRequest(`GET / HTTP/1.1\r\nHost: a\r\n${lines.join('')}\r\n`);
  assert.equal(read.kind, 'head');
  const trusted = TRUSTED.has(peer);
  assert.equal(clientAddress(read.head, { ...PEER, address: peer, trusted }, TRUSTED), client);
}
