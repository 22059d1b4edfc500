/** Actions of clients at the TLS port, as data: group TL of the catalogue. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANY_HOST } from '../../src/boundary/certificates.ts';
import type { ConnectionOptions } from 'node:tls';
import { get, head, post } from '../fixtures/check.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { startTlsScene } from '../fixtures/tls-scene.ts';
import { BY_NAME, CERTIFICATES, DEFAULT, ticketOf, type TlsRow, TlsHarness } from './tls-harness.ts';

const ALERT = (name: string): string => `ERR_SSL_${name}`;
const FAILED = ALERT('SSL/TLS_ALERT_HANDSHAKE_FAILURE');
const byHost = (host: string): string => head('GET / HTTP/1.1', `Host: ${host}`);

/** Sends bytes that do not begin a handshake, and checks the counts. */
const bytes = (
  name: string,
  sent: Buffer,
  reason: 'malformed' | 'closed' | 'timeout' = 'malformed',
): TlsRow => ({
  name,
  settings: { tlsHandshakeTimeout: 300 },
  act: async (harness) => {
    const client = await harness.bare();
    await client.send(sent);
    await client.closed();
  },
  failures: { [reason]: 1 },
  untouched: true,
});

/** A record with a ClientHello of this length. */
function helloOf(length: number): Buffer {
  const record = Buffer.alloc(Math.min(length, 16_384) + 9);
  record.writeUInt8(0x16, 0);
  record.writeUInt16BE(0x0301, 1);
  record.writeUInt16BE(record.length - 5, 3);
  record.writeUInt8(0x01, 5);
  record.writeUIntBE(length, 6, 3);
  return record;
}

const SSL2_HELLO = Buffer.from('802e0100020015000000100100800200800300800600400400800700c0', 'hex');

export const NO_TLS: readonly TlsRow[] = [
  {
    name: 'HTTP is answered 400 (TL-01)',
    act: async (harness) => {
      const client = await harness.bare();
      const answer = await client.exchange(get('/'));
      assert.equal(answer.status, 400);
      assert.equal(answer.value('x-podway-reason'), 'plain-http');
      await client.closed();
      assert.equal(harness.router.log[0]?.reason, 'plain-http');
    },
    failures: { 'plain-http': 1 },
    untouched: true,
  },
  bytes('random bytes (TL-02)', Buffer.from([0, 1, 2, 3, 4])),
  bytes('the hello of SSL 2 (TL-02)', SSL2_HELLO, 'timeout'),
  bytes('16 KiB of garbage (TL-02)', Buffer.alloc(16_384, 0x81)),
  bytes('a ClientHello with a length above the maximum (TL-02)', helloOf(16_000_000)),
  bytes('half a record, then silence (TL-03)', helloOf(512).subarray(0, 7), 'timeout'),
  bytes('nothing (TL-03)', Buffer.alloc(0), 'timeout'),
  {
    name: 'the connection of a balancer that connects and closes is not counted',
    act: async (harness) => {
      const client = await harness.bare();
      client.halfClose();
      await client.closed();
    },
    untouched: true,
  },
  {
    name: 'a client that disconnects within its handshake (TL-03)',
    act: async (harness) => {
      const client = await harness.bare();
      await client.send(helloOf(512).subarray(0, 100));
      client.halfClose();
      await client.closed();
    },
    failures: { closed: 1 },
    untouched: true,
  },
];

const refused = (
  name: string,
  options: ConnectionOptions,
  expected: string,
  row: Partial<TlsRow>,
): TlsRow => ({
  name,
  act: async (harness) => {
    assert.equal(await harness.refused(options), expected);
    await harness.alone();
  },
  untouched: true,
  ...row,
});

const OLD = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
const TLS_1_2 = { maxVersion: 'TLSv1.2' } as const;
const SERVE = { serve: BY_NAME };

export const REFUSED: readonly TlsRow[] = [
  refused('TLS 1.0 (TL-05)', { ...OLD, maxVersion: 'TLSv1' }, ALERT('TLSV1_ALERT_PROTOCOL_VERSION'), {
    failures: { version: 1 },
  }),
  refused('TLS 1.1 (TL-05)', { ...OLD, maxVersion: 'TLSv1.1' }, ALERT('TLSV1_ALERT_PROTOCOL_VERSION'), {
    failures: { version: 1 },
  }),
  refused('TLS 1.2 where 1.3 is required (TL-05)', TLS_1_2, ALERT('TLSV1_ALERT_PROTOCOL_VERSION'), {
    settings: { tlsMinVersion: '1.3' },
    failures: { version: 1 },
  }),
  refused('CBC only (TL-06)', { ...TLS_1_2, ciphers: 'ECDHE-ECDSA-AES128-SHA256' }, FAILED, {
    failures: { ciphers: 1 },
  }),
  refused(
    'finite-field Diffie-Hellman only (TL-06)',
    { ...TLS_1_2, ciphers: 'DHE-RSA-AES128-GCM-SHA256' },
    FAILED,
    {
      failures: { ciphers: 1 },
    },
  ),
  refused('a cipher without forward secrecy (TL-06)', { ...TLS_1_2, ciphers: 'AES128-GCM-SHA256' }, FAILED, {
    failures: { ciphers: 1 },
  }),
  refused(
    'only RSA, for a host with an ECDSA certificate (TL-06)',
    { sigalgs: 'rsa_pss_rsae_sha256' },
    FAILED,
    {
      failures: { ciphers: 1 },
    },
  ),
  refused('a host without a certificate (TL-09)', { servername: 'unknown' }, FAILED, {
    ...SERVE,
    failures: { 'no-certificate': 1 },
  }),
  refused('no host (TL-09)', { servername: '' }, FAILED, { ...SERVE, failures: { 'no-certificate': 1 } }),
  refused(
    'an unknown protocol (TL-29)',
    { ALPNProtocols: ['foo'] },
    ALERT('TLSV1_ALERT_NO_APPLICATION_PROTOCOL'),
    {
      failures: { protocol: 1 },
    },
  ),
  refused(
    'HTTP/1.0 by name (TL-29)',
    { ALPNProtocols: ['http/1.0'] },
    ALERT('TLSV1_ALERT_NO_APPLICATION_PROTOCOL'),
    {
      failures: { protocol: 1 },
    },
  ),
  refused('a client that does not trust the certificate', { ca: [] }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', {
    failures: { closed: 1 },
  }),
];

const presented = (name: string, options: ConnectionOptions, gets: string): TlsRow => ({
  name,
  serve: { ...BY_NAME, ...DEFAULT },
  act: async (harness) => assert.equal(await harness.presented(options), gets),
});

export const NAMES: readonly TlsRow[] = [
  presented('its own (TL-07)', { servername: 'a.local' }, 'a'),
  presented('its own, for the name in capitals (TL-07)', { servername: 'A.LOCAL' }, 'a'),
  presented('its own, for the name with a dot at its end (TL-07)', { servername: 'a.local.' }, 'a'),
  presented('that of a wildcard (TL-07)', { servername: 'x.w.local' }, 'wildcard'),
  presented('not that of a wildcard two labels above (TL-07)', { servername: 'y.x.w.local' }, 't'),
  presented(
    'RSA, if the client supports only RSA signatures (TL-07)',
    { servername: 'a.local', sigalgs: 'rsa_pss_rsae_sha256' },
    'a-rsa',
  ),
  presented(
    'RSA, if the client supports only RSA ciphers (TL-07)',
    { servername: 'a.local', ...TLS_1_2, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' },
    'a-rsa',
  ),
  presented(
    'RSA, if the client supports ECDSA only with another curve than that of the key (TL-07)',
    { servername: 'a.local', minVersion: 'TLSv1.3', sigalgs: 'ecdsa_secp384r1_sha384:rsa_pss_rsae_sha256' },
    'a-rsa',
  ),
  presented('the default for an unknown host (TL-08)', { servername: 'unknown' }, 't'),
  presented('the default without a host (TL-08)', { servername: '' }, 't'),
  presented('the default for a host with a port (TL-08)', { servername: 'a.local:443' }, 't'),
  presented('the default for 255 characters (TL-08)', { servername: 'a'.repeat(255) }, 't'),
  presented('the default for UTF-8 and controls (TL-08)', { servername: '\u00e4\u0001 .' }, 't'),
  presented('the default for dots (TL-08)', { servername: '..' }, 't'),
];

const CONTINUED = ['TLSv1.2', 'TLSv1.3'] as const;

/** Returns whether a session is resumed; the client is served in both cases. */
async function continues(
  harness: TlsHarness,
  options: ConnectionOptions,
  request = get('/'),
): Promise<boolean> {
  const { client, stream } = await harness.secure(options);
  const reused = stream.isSessionReused();
  assert.equal((await client.exchange(request)).status, 200);
  client.close();
  return reused;
}

export const SESSIONS: readonly TlsRow[] = CONTINUED.flatMap((maxVersion) => [
  {
    name: `${maxVersion}: at another worker or replica with the same key (TL-19)`,
    act: async (harness: TlsHarness) => {
      const key = randomBytes(48);
      const pods = [{ name: 'o2' }];
      await using other = await startTlsScene(CERTIFICATES, { pods, settings: { drainTimeout: 100 } });
      harness.router.setTicketKey(key);
      other.router.setTicketKey(key);
      const session = await ticketOf(harness, { maxVersion });
      const there = new TlsHarness(other);
      assert.equal(await continues(there, { maxVersion, session }), true);
      there.figures();
      assert.equal(there.resumed, 1);
      there.close();
    },
  },
  {
    name: `${maxVersion}: until the key changes (TL-20)`,
    act: async (harness: TlsHarness) => {
      harness.router.setTicketKey(randomBytes(48));
      const session = await ticketOf(harness, { maxVersion });
      assert.equal(await continues(harness, { maxVersion, session }), true);
      harness.router.setTicketKey(randomBytes(48));
      assert.equal(await continues(harness, { maxVersion, session }), false);
    },
  },
  {
    name: `${maxVersion}: after a new default certificate, and for a name with its own (TL-20)`,
    serve: { ...BY_NAME, 't.local': ['both'], ...DEFAULT },
    act: async (harness: TlsHarness) => {
      harness.router.setTicketKey(randomBytes(48));
      const session = await ticketOf(harness, { maxVersion });
      CERTIFICATES.serve(harness.router, { [ANY_HOST]: ['renewed'] });
      assert.equal(await continues(harness, { maxVersion, session }), true);
    },
  },
  {
    name: `${maxVersion}: under another name, which has no effect (TL-28)`,
    program: 'openssl',
    serve: { ...BY_NAME, ...DEFAULT },
    act: async (harness: TlsHarness) => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'podway-'));
      const file = join(folder.path, 'session');
      const flag = maxVersion === 'TLSv1.2' ? '-tls1_2' : '-tls1_3';
      await sClient(harness, byHost('t.local'), flag, '-servername', 't.local', '-sess_out', file);
      const output = await sClient(
        harness,
        byHost('x.w.local'),
        flag,
        '-servername',
        'a.local',
        '-sess_in',
        file,
      );
      assert.match(output, /^Reused, /m);
      assert.match(output, /^HTTP\/1\.1 200 /m);
      const { tls } = harness.router.log.at(-1) ?? {};
      assert.equal(tls?.resumed, true);
      assert.equal(tls?.presented, undefined);
    },
  },
]);

/** The output of OpenSSL with its response to a request; Node.js does not resume a session under another name. */
async function sClient(
  { router }: TlsHarness,
  request: string,
  ...options: readonly string[]
): Promise<string> {
  const child = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${router.tlsPort}`, ...options], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    output += text;
    if (output.includes('HTTP/1.1 ')) child.stdin.end();
  });
  // The request announces the end of the connection, since under load s_client may miss that its stdin has ended.
  child.stdin.write(request.replace(/\r\n\r\n$/, '\r\nConnection: close\r\n\r\n'));
  try {
    await withTimeout(once(child, 'close'), () => `the end of s_client: ${output}`);
  } finally {
    child.kill();
  }
  return output;
}

const FOR_BOTH = { serve: { 't.local': ['both'], 'b.local': ['both'], ...BY_NAME, [ANY_HOST]: ['t'] } };

/** Requests on one connection for `t.local`: a host and the status for each. */
const asked = (
  name: string,
  statuses: Readonly<Record<string, number>>,
  row: Partial<TlsRow> = {},
): TlsRow => ({
  name,
  ...FOR_BOTH,
  ...row,
  act: async (harness) => {
    const { client } = await harness.secure();
    for (const [host, status] of Object.entries(statuses)) {
      const answer = await client.exchange(byHost(host));
      assert.equal(answer.status, status, host);
      if (status === 421) assert.equal(answer.value('x-podway-reason'), 'misdirected');
    }
  },
});

export const HOSTS: readonly TlsRow[] = [
  asked('another host of the same certificate, and a host without a certificate (TL-28)', {
    'b.local': 200,
    'a.local': 421,
    't.local': 200,
  }),
  asked(
    'a host that has the same certificate on a new connection (TL-28)',
    { 'a.local': 200 },
    { serve: DEFAULT },
  ),
  asked(
    'a trusted proxy requests all hosts on one connection (TL-28)',
    { 'a.local': 200 },
    { settings: { trustedProxies: ['127.0.0.1'] } },
  ),
  asked('a host with a port (TL-28)', { 'T.local:8443': 200, 'a.local:8443': 421 }),
];

/** A request without TLS, and the target of its redirect; undefined: no redirect. */
const plain = (
  name: string,
  request: string,
  location: string | undefined,
  settings: SettingsOverrides = {},
): TlsRow => ({
  name,
  ...FOR_BOTH,
  settings: { httpsRedirect: 'true', ...settings },
  act: async ({ scene }) => {
    const answer = await scene.exchange(request);
    assert.equal(answer.status, location === undefined ? 200 : 308);
    assert.equal(answer.value('location'), location);
    assert.equal(scene.origin('o1').requests.length, location === undefined ? 1 : 0);
  },
});

const TRUSTED = { trustedProxies: ['127.0.0.1'] };

export const REDIRECTS: readonly TlsRow[] = [
  plain('a host with a certificate (TL-30)', get('/a?b=c'), 'https://t.local/a?b=c'),
  plain('the port of the request is dropped (TL-30)', byHost('T.local:8080'), 'https://t.local/'),
  plain('to another port (TL-30)', get('/'), 'https://t.local:8443/', { httpsRedirectPort: 8_443 }),
  plain('for every method (TL-30)', post('/a', 'body'), 'https://t.local/a'),
  plain(
    'an absolute target (TL-30)',
    head('GET http://t.local/a HTTP/1.1', 'Host: t.local'),
    'https://t.local/a',
  ),
  plain('not a host without its own certificate (TL-30)', byHost('plain.local'), undefined, {}),
  plain(
    'a host without its own certificate, if all hosts are redirected (TL-30)',
    byHost('plain.local'),
    'https://plain.local/',
    {
      httpsRedirect: 'all',
    },
  ),
  plain('not the challenge of an ACME server (TL-30)', get('/.well-known/acme-challenge/x'), undefined),
  plain(
    'not a request that reached a trusted proxy over TLS (TL-30)',
    get('/', 'X-Forwarded-Proto: https'),
    undefined,
    TRUSTED,
  ),
  plain(
    'a request that reached a trusted proxy without TLS (TL-30)',
    get('/', 'X-Forwarded-Proto: http'),
    'https://t.local/',
    TRUSTED,
  ),
  plain(
    'regardless of the fields of an untrusted client (TL-30)',
    get('/', 'X-Forwarded-Proto: https'),
    'https://t.local/',
  ),
  {
    name: 'the challenge of an ACME server requires the key of its namespace (TL-30)',
    ...FOR_BOTH,
    settings: { httpsRedirect: 'all' },
    keys: { default: 'secret' },
    act: async ({ scene }) => {
      assert.equal((await scene.exchange(get('/.well-known/acme-challenge/x'))).status, 403);
    },
    nextStatus: 403,
    untouched: true,
  },
];
