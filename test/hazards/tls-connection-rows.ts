/** Events on TLS connections, as data: group TL of the catalogue, after the handshake. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { ANY_HOST } from '../../src/boundary/certificates.ts';
import { get, head } from '../fixtures/check.ts';
import { clientHello } from '../fixtures/client-hello.ts';
import { ok, readBody } from '../fixtures/origin.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { patternOf } from '../fixtures/pattern.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { carriesBothWays, echoing } from '../fixtures/websocket.ts';
import {
  BY_NAME,
  CERTIFICATES,
  DEFAULT,
  ended,
  ticketOf,
  type TlsRow,
  type TlsHarness,
} from './tls-harness.ts';

const identity = (id: string): ConnectionOptions => {
  const { key, chain: cert } = CERTIFICATES.get(id);
  return { key, cert };
};

/** A certificate that no trusted authority has signed. */
const UNTRUSTED = identity('untrusted');
const KNOWN = identity('client');
const ASKS = { clientCertificates: 'request', clientCa: CERTIFICATES.ca } as const;
const REQUIRES = { clientCertificates: 'require', clientCa: CERTIFICATES.ca } as const;

/** They make a ClientHello large. */
const MANY_PROTOCOLS = ['http/1.1', ...Array.from({ length: 12 }, () => 'x'.repeat(255))];

/** A new client is served, for which podway closes the first of those that wait and not the client that it has served. */
async function closedForANewClient(
  harness: TlsHarness,
  client: RawClient,
  [first, second]: readonly RawClient[],
): Promise<void> {
  const { client: newClient } = await harness.secure();
  assert.equal((await newClient.exchange(get('/'))).status, 200);
  await first?.closed();
  assert.equal((await client.exchange(get('/'))).status, 200);
  second?.close();
  newClient.close();
  await harness.until(({ gauges }) => gauges.downstream_connections === 1);
}

/** Fields that podway must not accept from clients. */
const CLAIMS = ['X-Client-Verify: SUCCESS', 'X_Client_Cert: mine', 'X-Client-Subject: CN=root'];

/** The fields that a pod gets about the certificate of a client. */
async function certificateFields(
  harness: TlsHarness,
  options: ConnectionOptions,
): Promise<Record<string, string | undefined>> {
  const { client } = await harness.secure(options);
  const before = harness.scene.origin('o1').requests.length;
  assert.equal((await client.exchange(get('/', ...CLAIMS))).status, 200);
  const request = await harness.scene.origin('o1').request(before);
  const fields = Object.fromEntries(
    ['x-client-verify', 'x-client-cert', 'x-client-subject'].map((name) => [
      name,
      request.values(name).join('|'),
    ]),
  );
  client.close();
  return { ...fields, claimed: request.value('x_client_cert') };
}

const NOTHING = { 'x-client-cert': '', 'x-client-subject': '', claimed: undefined };
const GOOD = {
  'x-client-verify': 'SUCCESS',
  'x-client-cert': encodeURIComponent(CERTIFICATES.get('client').chain),
  'x-client-subject': 'CN=client',
  claimed: undefined,
};

const asked = (
  name: string,
  options: ConnectionOptions,
  fields: object,
  row: Partial<TlsRow> = {},
): TlsRow => ({
  name,
  settings: ASKS,
  act: async (harness) => assert.deepEqual(await certificateFields(harness, options), fields),
  ...row,
});

const turnedAway = (name: string, options: ConnectionOptions): TlsRow => ({
  name,
  settings: REQUIRES,
  act: async (harness) => {
    // With TLS 1.3 the client has completed its handshake before it gets the refusal.
    const opened = await harness.secure(options).catch(() => undefined);
    if (opened !== undefined) await ended(opened.stream);
    await harness.alone();
  },
  failures: { 'client-certificate': 1 },
  untouched: true,
  next: KNOWN,
});

/** CLIENT_CA_FILE changes while connections are open and sessions can be resumed. */
const underOthers = (maxVersion: 'TLSv1.2' | 'TLSv1.3', servername: string): TlsRow => ({
  name: `after a change of the authorities, with ${maxVersion}, ${servername} (TL-22)`,
  settings: ASKS,
  serve: { 'b.local': ['both'], ...DEFAULT },
  act: async (harness) => {
    const options = { ...KNOWN, maxVersion, servername };
    const session = await ticketOf(harness, options);
    const { client: open } = await harness.secure(options);
    harness.router.setClientCa(CERTIFICATES.get('untrusted').chain);
    const verify = async (of: ConnectionOptions) => (await certificateFields(harness, of))['x-client-verify'];
    assert.equal(await verify({ ...options, session }), 'FAILED:SELF_SIGNED_CERT_IN_CHAIN');
    harness.figures();
    assert.equal(harness.resumed, 0);
    assert.equal(await verify({ ...options, ...UNTRUSTED }), 'SUCCESS');
    assert.equal((await open.exchange(get('/'))).status, 200);
    const [last] = harness.scene.origin('o1').requests.slice(-1);
    assert.equal(last?.value('x-client-verify'), 'SUCCESS', 'the connection was verified when it was opened');
    harness.router.setClientCa(CERTIFICATES.ca);
    assert.equal(await verify(options), 'SUCCESS');
    assert.equal(await verify({ ...options, ...UNTRUSTED }), 'FAILED:DEPTH_ZERO_SELF_SIGNED_CERT');
  },
});

export const CLIENT_CERTIFICATES: readonly TlsRow[] = [
  asked('a certificate is requested and not sent (TL-22)', {}, { ...NOTHING, 'x-client-verify': 'NONE' }),
  asked('a certificate is requested and has an untrusted authority (TL-22)', UNTRUSTED, {
    ...NOTHING,
    'x-client-verify': 'FAILED:DEPTH_ZERO_SELF_SIGNED_CERT',
  }),
  asked('a certificate is requested and valid (TL-22)', KNOWN, GOOD),
  asked('a certificate is required and valid (TL-22)', KNOWN, GOOD, { settings: REQUIRES, next: KNOWN }),
  asked('expired (TL-22)', identity('expired'), { ...NOTHING, 'x-client-verify': 'FAILED:CERT_HAS_EXPIRED' }),
  turnedAway('a certificate is required and not sent (TL-22)', {}),
  turnedAway('a certificate is required and has an untrusted authority (TL-22)', UNTRUSTED),
  turnedAway('a certificate is required and expired (TL-22)', identity('expired')),
  turnedAway('a certificate is required and not sent, with TLS 1.2 (TL-22)', { maxVersion: 'TLSv1.2' }),
  {
    name: 'the certificate of a resumed session (TL-22)',
    settings: REQUIRES,
    act: async (harness) => {
      const session = await ticketOf(harness, KNOWN);
      assert.deepEqual(await certificateFields(harness, session === undefined ? {} : { session }), GOOD);
      harness.figures();
      assert.equal(harness.resumed, 1);
    },
    next: KNOWN,
  },
  underOthers('TLSv1.2', 't.local'),
  underOthers('TLSv1.2', 'b.local'),
  underOthers('TLSv1.3', 't.local'),
  underOthers('TLSv1.3', 'b.local'),
  asked('fields sent by a trusted proxy, also on the plain port (TL-23)', KNOWN, GOOD, {
    settings: { ...ASKS, trustedProxies: ['127.0.0.1'] },
    act: async ({ scene }) => {
      assert.equal((await scene.exchange(get('/', ...CLAIMS))).status, 200);
      const request = await scene.origin('o1').request();
      for (const field of CLAIMS) assert.equal(request.value(field.split(':', 1)[0] ?? ''), undefined);
    },
  }),
  asked(
    'fields sent by a client, when no certificate is requested (TL-23)',
    KNOWN,
    { ...NOTHING, 'x-client-verify': '' },
    {
      settings: {},
    },
  ),
];

/** A stream whose writes are sent byte by byte, with turns of the event loop between them. */
function dribbling(socket: Socket): Duplex {
  const send = (bytes: Buffer, done: () => void): void => {
    if (bytes.length === 0) return done();
    socket.write(bytes.subarray(0, 1));
    setImmediate(() => send(bytes.subarray(1), done));
  };
  const stream = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _, done) => send(bytes, done),
    destroy: (_, done) => {
      socket.destroy();
      done(null);
    },
  });
  socket.on('data', (bytes) => stream.push(bytes));
  return stream;
}

const UPLOAD = head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 10');
const SIZE = 10_000_000;
/** More bytes than the kernel buffers for a loopback connection, also on a busy machine. */
const LARGE = Buffer.alloc(32 * 1024 * 1024, 'x');
const BODY = patternOf('over TLS', SIZE);

/** Strict-Transport-Security of a response; `pod`: the value of the pod. */
const strict = (
  name: string,
  options: { readonly pod?: string; readonly request?: string; readonly secure: boolean },
  expected: string | undefined,
  settings: SettingsOverrides = {},
): TlsRow => ({
  name,
  settings: { hsts: 'max-age=9', unknownHost: '404', ...settings },
  pods: [
    {
      name: 'o1',
      answer: [ok('', ...(options.pod === undefined ? [] : [`strict-transport-security: ${options.pod}`]))],
    },
  ],
  act: async (harness) => {
    const request = options.request ?? get('/');
    const answer = options.secure
      ? await (await harness.secure()).client.exchange(request)
      : await harness.scene.exchange(request);
    assert.equal(answer.value('strict-transport-security'), expected);
  },
});

const FROM_TLS = get('/', 'X-Forwarded-Proto: https');
/** Answers of the router itself: for an unknown host, and for a malformed request. */
const UNKNOWN = head('GET / HTTP/1.1', 'Host: unknown.local');
const MALFORMED = head('GET / HTTP/1.1', 'Host : t.local');

export const STRICT: readonly TlsRow[] = [
  strict('by TLS', { secure: true }, 'max-age=9'),
  strict('with TLS, and the pod sends its own', { secure: true, pod: 'max-age=0' }, 'max-age=0'),
  strict('without TLS', { secure: false }, undefined),
  strict('without TLS, if an untrusted client claims TLS', { secure: false, request: FROM_TLS }, undefined),
  strict('if a trusted proxy reports TLS', { secure: false, request: FROM_TLS }, 'max-age=9', {
    trustedProxies: ['127.0.0.1'],
  }),
  strict('with TLS, in a 404', { secure: true, request: UNKNOWN }, 'max-age=9'),
  strict('with TLS, in a 400', { secure: true, request: MALFORMED }, 'max-age=9'),
  strict('without TLS, in a 404', { secure: false, request: UNKNOWN }, undefined),
  strict('without TLS, in a 400', { secure: false, request: MALFORMED }, undefined),
  strict('without TLS, in the redirect to https', { secure: false }, undefined, { httpsRedirect: 'all' }),
  strict('without the setting, in a 404', { secure: true, request: UNKNOWN }, undefined, { hsts: '' }),
  strict('without the setting', { secure: true }, undefined, { hsts: '' }),
];

export const CONNECTIONS: readonly TlsRow[] = [
  {
    name: 'the protocol and the certificate at the pod and in the log',
    act: async (harness) => {
      const { client } = await harness.secure({ servername: 'T.local' });
      await client.exchange(get('/'));
      const request = await harness.scene.origin('o1').request();
      assert.equal(request.value('x-forwarded-proto'), 'https');
      assert.equal(request.value('x-forwarded-port'), '443');
      const { version, protocol, sni, resumed } = harness.router.log[0]?.tls ?? {};
      assert.deepEqual([version, protocol, sni, resumed], ['TLSv1.3', 'http/1.1', 't.local', false]);
    },
  },
  {
    name: 'a new certificate is used for the next handshake, and open connections continue',
    serve: { 'a.local': ['a'], ...DEFAULT },
    act: async (harness) => {
      const { client } = await harness.secure({ servername: 'a.local' });
      CERTIFICATES.serve(harness.router, { 'a.local': ['renewed'] });
      assert.equal(await harness.presented({ servername: 'a.local' }), 'renewed');
      assert.equal((await client.exchange(head('GET / HTTP/1.1', 'Host: a.local'))).status, 200);
    },
  },
  {
    name: 'ClientHello in segments of one byte (TL-03)',
    act: async (harness) => {
      const bare = await harness.bare();
      const stream = connect({ socket: dribbling(bare.socket), ca: CERTIFICATES.ca, servername: 't.local' });
      await once(stream, 'secureConnect');
      stream.write(get('/'));
      const [answer] = (await once(stream, 'data')) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
      stream.destroy();
    },
  },
  {
    name: 'a ClientHello of 4 KiB, for a host with its own certificate, in segments of one byte (TL-03)',
    serve: { ...DEFAULT, ...BY_NAME },
    act: async (harness) => {
      const bare = await harness.bare();
      const options = { ca: CERTIFICATES.ca, servername: 'a.local', ALPNProtocols: MANY_PROTOCOLS };
      const stream = connect({ socket: dribbling(bare.socket), ...options });
      await once(stream, 'secureConnect');
      assert.equal(stream.getPeerCertificate().subject.CN, 'a');
      stream.destroy();
    },
  },
  {
    name: 'a hundred renegotiations (TL-24)',
    act: async (harness) => {
      const { client, stream } = await harness.secure({ maxVersion: 'TLSv1.2' });
      assert.equal((await client.exchange(get('/'))).status, 200);
      stream.setMaxListeners(200);
      for (let count = 0; count < 100 && !stream.destroyed; count += 1)
        stream.renegotiate({ rejectUnauthorized: false }, () => undefined);
      await ended(stream);
      await harness.alone();
    },
  },
  {
    name: 'a FIN without close_notify after a request: it is answered (TL-25)',
    act: async (harness) => {
      const { client, raw } = await harness.secure();
      await client.send(get('/half'));
      raw.end();
      assert.equal((await client.response()).status, 200);
    },
  },
  {
    name: 'a FIN without close_notify within a body (TL-25)',
    pods: [{ name: 'o1', answer: [readBody] }],
    act: async (harness) => {
      const { client, raw } = await harness.secure();
      await client.send(`${UPLOAD}half`);
      await harness.scene.origin('o1').connection();
      raw.end();
      assert.equal((await client.response()).value('x-podway-reason'), 'body-cut');
    },
    nextStatus: 504,
    settings: { responseHeadTimeout: 50 },
  },
  {
    name: '32 MB for a client that reads late (TL-27)',
    pods: [{ name: 'o1', answer: [`HTTP/1.1 200 OK\r\nContent-Length: ${LARGE.length}\r\n\r\n`, LARGE] }],
    act: async (harness) => {
      const { client } = await harness.secure();
      client.socket.pause();
      await client.send(get('/'));
      const limit = 1024 * 1024;
      // The limit is reached when podway stops reading. Then the kernel may still take a part of what waits for the client.
      await harness.until(({ scalars }) => scalars.buffer_pauses > 0);
      assert.ok(harness.figures().gauges.buffered_bytes < limit + 2 * 65_536);
      client.socket.resume();
      assert.ok((await client.response()).content.equals(LARGE));
    },
  },
  {
    name: 'a WebSocket survives the certificate with which it was opened (TL-33)',
    pods: [{ name: 'o1', answer: echoing }],
    act: async (harness) => {
      const { client } = await harness.secure();
      CERTIFICATES.serve(harness.router, { [ANY_HOST]: ['renewed'] });
      await carriesBothWays(client, BODY.subarray(0, 200_000));
    },
    nextStatus: 502,
  },
  {
    name: 'more certificates than the cache holds, while a connection with the first one is open (TL-17)',
    serve: { 't.local': ['both'], 'a.local': ['a'], 'x.w.local': ['wildcard'], ...DEFAULT },
    settings: { tlsContexts: 1 },
    act: async (harness) => {
      const { client } = await harness.secure();
      for (const servername of ['a.local', 'x.w.local', 'a.local']) {
        await harness.presented({ servername });
        assert.equal(harness.figures().gauges.tls_contexts, 1);
      }
      assert.equal((await client.exchange(get('/'))).status, 200);
    },
  },
  {
    name: 'a flood of incomplete handshakes (TL-32)',
    settings: { tlsHandshakes: 8, tlsHandshakeTimeout: 60_000, maxConnectionsShare: 100 },
    act: async (harness) => {
      const { client } = await harness.secure();
      const begun = await clientHello({ servername: 't.local' });
      const flood = [];
      for (let count = 0; count < 40; count += 1) {
        const one = await harness.bare();
        await one.send(begun);
        flood.push(one);
      }
      await harness.until(() => (harness.failures.overload ?? 0) === 32);
      assert.ok(harness.figures().gauges.tls_handshakes_under_way <= 8);
      assert.equal((await client.exchange(get('/'))).status, 200);
      for (const one of flood) one.close();
      await harness.until(({ gauges }) => gauges.downstream_connections === 1);
    },
    failures: { overload: 32, closed: 8 },
  },
  {
    name: 'at the limit of connections, a connection that has not completed its handshake is closed first (TL-32)',
    settings: { maxConnections: 3, tlsHandshakeTimeout: 60_000 },
    act: async (harness) => {
      const { client } = await harness.secure();
      assert.equal((await client.exchange(get('/'))).status, 200);
      const waiting = [await harness.bare(), await harness.bare()];
      for (const one of waiting) await one.send(await clientHello({ servername: 't.local' }));
      await harness.until(({ gauges }) => gauges.tls_handshakes_under_way === 2);
      await closedForANewClient(harness, client, waiting);
    },
    failures: { overload: 1, closed: 1 },
  },
  {
    name: 'a large ClientHello that has not come whole occupies a handshake (TL-32)',
    settings: { tlsHandshakes: 2, tlsHandshakeTimeout: 60_000, maxConnectionsShare: 100 },
    act: async (harness) => {
      const hello = await clientHello({ servername: 't.local', ALPNProtocols: MANY_PROTOCOLS });
      const waiting = [await harness.bare(), await harness.bare()];
      for (const one of waiting) await one.send(hello.subarray(0, 3_000));
      await harness.until(({ gauges }) => gauges.tls_handshakes_under_way === 2);
      const refused = await harness.bare();
      await refused.send(hello.subarray(0, 3_000));
      await refused.closed();
      for (const one of waiting) one.close();
      await harness.alone();
    },
    failures: { overload: 1, closed: 2 },
  },
  {
    name: 'half a ClientHello occupies no handshake, and its connection is closed first (TL-32)',
    settings: { maxConnections: 3, tlsHandshakes: 1, tlsHandshakeTimeout: 60_000 },
    act: async (harness) => {
      const { client } = await harness.secure();
      const half = (await clientHello({ servername: 't.local' })).subarray(0, 200);
      const waiting = [await harness.bare(), await harness.bare()];
      for (const one of waiting) await one.send(half);
      await closedForANewClient(harness, client, waiting);
    },
    failures: { overload: 1, closed: 1 },
  },
];
