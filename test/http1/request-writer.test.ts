import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ForwardedLines, type Peer } from '../../src/http1/forwarded-lines.ts';
import { type Outgoing, writeRequestHead } from '../../src/http1/request-writer.ts';
import { readRequest } from './read-request.ts';

const PEER: Peer = { address: '192.0.2.1', network: '192.0.2.1', trusted: false, proto: 'http' };
const EDGE: Outgoing = {
  forwarded: new ForwardedLines(PEER),
  requestId: 'id',
  hop: 'i/r',
  forwardKey: false,
  upgrade: '',
  route: '/',
  auth: undefined,
  trace: undefined,
};
const TRUSTED: Partial<Outgoing> = { forwarded: new ForwardedLines({ ...PEER, trusted: true }) };
const SET =
  'X-Podway-Hops: i/r\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: t.local\r\nX-Forwarded-Port: 80\r\nX-Request-Id: id\r\n';
const HOST = 'Host: t.local\r\n';
const GET = `GET / HTTP/1.1\r\n${HOST}`;

/** Each row: a title, the client's head, differences from EDGE, the pod's head. Heads are without the final empty line. */
const CASES: readonly (readonly [string, string, Partial<Outgoing>, string])[] = [
  ['plain', GET, {}, `${GET}${SET}`],
  ['HTTP/1.0', `GET /a?b HTTP/1.0\r\n${HOST}`, {}, `GET /a?b HTTP/1.1\r\n${HOST}${SET}`],
  [
    'absolute target (RL-22)',
    `GET http://t.local/x?y HTTP/1.1\r\n${HOST}`,
    {},
    `GET /x?y HTTP/1.1\r\n${HOST}${SET}`,
  ],
  [
    'absolute, no path (RL-27)',
    `GET http://t.local?x=1 HTTP/1.1\r\n${HOST}`,
    {},
    `GET /?x=1 HTTP/1.1\r\n${HOST}${SET}`,
  ],
  [
    'raw target (RL-15)',
    `GET /p?query={name="loki"}&x=<>^| HTTP/1.1\r\n${HOST}`,
    {},
    `GET /p?query={name="loki"}&x=<>^| HTTP/1.1\r\n${HOST}${SET}`,
  ],
  ['lone question mark (PC-19)', `GET /? HTTP/1.1\r\n${HOST}`, {}, `GET /? HTTP/1.1\r\n${HOST}${SET}`],
  [
    'Host as received (P1)',
    'GET / HTTP/1.1\r\nhost:  T.Local:8080\r\n',
    {},
    `GET / HTTP/1.1\r\nhost: T.Local:8080\r\n${SET.replace('-Host: t.local', '-Host: T.Local:8080').replace('80\r\nX-Request', '8080\r\nX-Request')}`,
  ],
  [
    'order, case, duplicates (HD-23)',
    `GET / HTTP/1.1\r\nB: 1\r\n${HOST}cookie: a\r\nACCEPT: x\r\nCookie: b\r\nAccept: y\r\naccept: z\r\n`,
    {},
    `GET / HTTP/1.1\r\nB: 1\r\n${HOST}cookie: a\r\nACCEPT: x\r\nCookie: b\r\nAccept: y\r\naccept: z\r\n${SET}`,
  ],
  ['obs-text (HD-16)', `${GET}X: \x80\xff\r\n`, {}, `${GET}X: \x80\xff\r\n${SET}`],
  [
    'names of Object.prototype (HD-18)',
    `${GET}__proto__: x\r\nconstructor:y\r\n`,
    {},
    `${GET}__proto__: x\r\nconstructor: y\r\n${SET}`,
  ],
  [
    'blanks become canonical',
    `${GET}A:b\r\nB:\tc \r\nC: d\r\nD:\r\n`,
    {},
    `${GET}A: b\r\nB: c\r\nC: d\r\nD: \r\n${SET}`,
  ],
  [
    'aliases are removed, other underscores stay (HD-24)',
    `${GET}X.Routing!Api_Key: k\r\nX.Forwarded.For: 1\r\nX-Forwarded!For: 1\r\nX|Forwarded-Any: 1\r\nX-Podway_Hops: a\r\nHo.st: x\r\nX_Routing_Api_Key: k\r\nX_Forwarded_For: 1\r\nX_Forwarded_Foo: 1\r\nX-Forwarded_Foo: 1\r\nCONTENT_LENGTH: 5\r\nTransfer_Encoding: chunked\r\nX_REAL_IP: 1\r\na_b: c\r\n`,
    TRUSTED,
    `${GET}Ho.st: x\r\na_b: c\r\n${SET}`,
  ],
  [
    'named by Connection (HD-25)',
    `${GET}Connection: close, X-Foo\r\nX-FOO: 1\r\nX-Foo-Bar: 2\r\n`,
    {},
    `${GET}X-Foo-Bar: 2\r\n${SET}`,
  ],
  [
    'the key is removed in any case (HD-26)',
    `${GET}Connection: X-Routing-Api-Key\r\nX-Routing-Api-Key: k\r\n`,
    {},
    `${GET}${SET}`,
  ],
  [
    'Connection cannot remove the key',
    `${GET}Connection: X-Routing-Api-Key\r\nX-Routing-Api-Key: k\r\n`,
    { forwardKey: true },
    `${GET}X-Routing-Api-Key: k\r\n${SET}`,
  ],
  [
    'Connection cannot remove framing (HD-27)',
    `${GET}Connection: host, content-length, content-type, transfer-encoding, expect\r\nContent-Type: t\r\nContent-Length: 5\r\nExpect: 100-continue\r\n`,
    {},
    `${GET}Content-Type: t\r\nContent-Length: 5\r\n${SET}`,
  ],
  [
    'Connection cannot remove fields that the router sets (HD-28)',
    `${GET}Connection: X-Forwarded-For, X-Real-IP, X-Forwarded-Host, X-Forwarded-Proto, Forwarded, Via, X-Request-Id\r\nVia: 1.1 x\r\nForwarded: f\r\nX-Real-IP: 1\r\n`,
    TRUSTED,
    `${GET}Forwarded: f\r\nX-Real-IP: 1\r\n${SET}`,
  ],
  ['TE (HD-32)', `${GET}TE: trailers, gzip\r\n`, {}, `${GET}Connection: TE\r\nTE: trailers\r\n${SET}`],
  ['TE without trailers (HD-32)', `${GET}TE: gzip\r\n`, {}, `${GET}${SET}`],
  [
    'forwarded fields of an untrusted client are replaced (HD-34)',
    `${GET}X-Forwarded-For: 1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: h\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /p\r\nForwarded: f\r\nX-Real-IP: 1\r\nX-Request-Id: r\r\n`,
    {},
    `${GET}${SET}`,
  ],
  [
    'forwarded fields of a trusted peer are extended',
    `${GET}X-Forwarded-For: 1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 2\r\nX-Forwarded-Prefix: /p\r\nX-Request-Id: r\r\n`,
    TRUSTED,
    `${GET}X-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /p\r\nX-Podway-Hops: i/r\r\nX-Forwarded-For: 1, 2, 192.0.2.1\r\nX-Forwarded-Host: t.local\r\nX-Forwarded-Port: 443\r\nX-Request-Id: id\r\n`,
  ],
  [
    'a trusted peer without forwarded fields',
    `${GET}X-Forwarded-Proto:\r\nX-Forwarded-For:\r\n`,
    TRUSTED,
    `${GET}${SET}`,
  ],
  [
    'hops before this one are kept',
    `${GET}X-Podway-Hops: a/1\r\nx-podway-hops: b/2, c/3\r\n`,
    {},
    `${GET}${SET.replace('i/r', 'a/1, b/2, c/3, i/r')}`,
  ],
  [
    'hops before this one, from a trusted peer',
    `${GET}X-Podway-Hops: a/1\r\nConnection: X-Podway-Hops\r\n`,
    TRUSTED,
    `${GET}${SET.replace('i/r', 'a/1, i/r')}`,
  ],
  [
    'HTTP/1.0 with an absolute target and no Host',
    'GET http://t.local:81/a?b HTTP/1.0\r\nA: b\r\n',
    {},
    `GET /a?b HTTP/1.1\r\nHost: t.local:81\r\nA: b\r\n${SET.replace('t.local\r\nX-Forwarded-Port: 80', 't.local:81\r\nX-Forwarded-Port: 81')}`,
  ],
  [
    'hop-by-hop fields',
    `${GET}Connection: keep-alive\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nProxy-Authorization: y\r\nTrailer: X\r\nUpgrade: h2c\r\nHTTP2-Settings: z\r\nExpect: 100-continue\r\nAuthorization: a\r\n`,
    {},
    `${GET}Authorization: a\r\n${SET}`,
  ],
  ['key', `${GET}X-ROUTING-API-KEY: k\r\n`, {}, `${GET}${SET}`],
  [
    'key forwarded',
    `${GET}X-ROUTING-API-KEY: k\r\n`,
    { forwardKey: true },
    `${GET}X-ROUTING-API-KEY: k\r\n${SET}`,
  ],
  [
    'length written in canonical form (SM-07)',
    `PUT / HTTP/1.1\r\n${HOST}content-length: 0005\r\nA: b\r\n`,
    {},
    `PUT / HTTP/1.1\r\n${HOST}A: b\r\nContent-Length: 5\r\n${SET}`,
  ],
  [
    'chunked',
    `POST / HTTP/1.1\r\n${HOST}transfer-encoding: CHUNKED\r\n`,
    {},
    `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n${SET}`,
  ],
  [
    'POST without body (DF-18)',
    `POST / HTTP/1.1\r\n${HOST}`,
    {},
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 0\r\n${SET}`,
  ],
  ['DELETE without body', `DELETE / HTTP/1.1\r\n${HOST}`, {}, `DELETE / HTTP/1.1\r\n${HOST}${SET}`],
  ['GET with a length of 0', `${GET}Content-Length: 0\r\n`, {}, `${GET}Content-Length: 0\r\n${SET}`],
  [
    'only Host, and kept fields in the middle',
    `GET / HTTP/1.1\r\nTE: x\r\n${HOST}TE: y\r\n`,
    {},
    `${GET}${SET}`,
  ],
];

for (const [name, received, forwarding, sent] of CASES) {
  test(name, () => {
    const outcome = readRequest(`${received}\r\n`);
    assert.ok(outcome.kind === 'head', JSON.stringify(outcome));
    assert.equal(writeRequestHead(outcome.head, { ...EDGE, ...forwarding }, 'keep-alive'), `${sent}\r\n`);
  });
}

/** Each row: a title, the client's head, and the head for a pod that must close the connection after its response. */
const LAST_ON_CONNECTION: readonly (readonly [string, string, string])[] = [
  ['plain', GET, `${GET}Connection: close\r\n${SET}`],
  ['TE: trailers', `${GET}TE: trailers\r\n`, `${GET}Connection: close, TE\r\nTE: trailers\r\n${SET}`],
  [
    'the Connection field of the client',
    `${GET}Connection: keep-alive\r\n`,
    `${GET}Connection: close\r\n${SET}`,
  ],
  [
    'a body',
    `PUT / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n`,
    `PUT / HTTP/1.1\r\n${HOST}Content-Length: 5\r\nConnection: close\r\n${SET}`,
  ],
];

for (const [name, received, sent] of LAST_ON_CONNECTION) {
  test(`the pod gets Connection: close: ${name}`, () => {
    const outcome = readRequest(`${received}\r\n`);
    assert.ok(outcome.kind === 'head', JSON.stringify(outcome));
    assert.equal(writeRequestHead(outcome.head, EDGE, 'close'), `${sent}\r\n`);
  });
}

test('a WebSocket handshake requests only a WebSocket', () => {
  const outcome = readRequest(
    `GET /loki/api/v1/tail?query={app="x"}&limit=2 HTTP/1.1\r\n${HOST}Connection: keep-alive, Upgrade\r\n` +
      'Upgrade: h2c, WebSocket\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\nTE: trailers\r\n\r\n',
  );
  assert.ok(outcome.kind === 'head');
  for (const connection of ['keep-alive', 'close'] as const)
    assert.equal(
      writeRequestHead(outcome.head, { ...EDGE, upgrade: 'websocket' }, connection),
      `GET /loki/api/v1/tail?query={app="x"}&limit=2 HTTP/1.1\r\n${HOST}Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n` +
        `Connection: Upgrade\r\nUpgrade: websocket\r\n${SET}\r\n`,
    );
});

test('fields of a connection for one host are not sent for another', () => {
  const heads = ['a.local', 'b.local', 'b.local', 'a.local:81'].map((host) => {
    const outcome = readRequest(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assert.ok(outcome.kind === 'head');
    return outcome.head;
  });
  const client = new ForwardedLines(PEER);
  const forwarded = heads.map((head) => /X-Forwarded-Host: (.*)\r\n/.exec(client.of(head, 'i/r'))?.[1]);
  assert.deepEqual(forwarded, ['a.local', 'b.local', 'b.local', 'a.local:81']);
  const [first] = heads;
  assert.ok(first);
  const hops = ['i/r', 'i/s', 'i/r'].map((hop) => /X-Podway-Hops: (.*)\r\n/.exec(client.of(first, hop))?.[1]);
  assert.deepEqual(
    hops,
    ['i/r', 'i/s', 'i/r'],
    'fields of a connection for one route are not sent for another',
  );
  assert.equal(client.of(first, 'i/r'), client.of(first, 'i/s').replace('i/s', 'i/r'));
  for (let at = 0; at < 40; at += 1)
    assert.match(client.of(first, 'i/s'), /^X-Podway-Hops: i\/s\r\n/, 'after many for another route');
  assert.match(client.of(first, 'i/r'), /^X-Podway-Hops: i\/r\r\n/);
});

const PORTS: readonly (readonly [string, string, string, string])[] = [
  ['the port of Host', 't.local:8443', '', '8443'],
  ['no port: the port of plain HTTP', 't.local', '', '80'],
  ['an empty port counts as missing', 't.local:', '', '80'],
  ['an address', '10.0.0.1', '', '80'],
  ['an address with a port', '10.0.0.1:81', '', '81'],
  ['an IPv6 address', '[::1]', '', '80'],
  ['an IPv6 address with a port', '[::1]:82', '', '82'],
  ['digits only', '81', '', '80'],
  ['a TLS-ending peer', 't.local', 'X-Forwarded-Proto: https\r\n', '443'],
  [
    'a TLS-ending peer, whose client is the first of several',
    't.local',
    'X-Forwarded-Proto: HTTPS, http\r\n',
    '443',
  ],
  ['a TLS-ending peer of a WebSocket', 't.local', 'X-Forwarded-Proto: wss\r\n', '443'],
  ['a TLS-ending peer, and a port in Host', 't.local:8443', 'X-Forwarded-Proto: https\r\n', '8443'],
  [
    'a peer that sends the host',
    'podway:8080',
    'X-Forwarded-Proto: https\r\nX-Forwarded-Host: shop\r\n',
    '443',
  ],
  ['a peer that sends host and port', 'podway:8080', 'X-Forwarded-Host: shop:81, b\r\n', '81'],
  ['a peer that sends the port', 't.local:81', 'X-Forwarded-Port: 4443\r\n', '4443'],
];

for (const [name, host, lines, port] of PORTS) {
  test(`X-Forwarded-Port: ${name}`, () => {
    const outcome = readRequest(`GET / HTTP/1.1\r\nHost: ${host}\r\n${lines}\r\n`);
    assert.ok(outcome.kind === 'head');
    const forwarded = (forwarding: Outgoing) =>
      [
        ...writeRequestHead(outcome.head, forwarding, 'keep-alive').matchAll(/X-Forwarded-Port: (.*)\r\n/g),
      ].map(([, it]) => it);
    assert.deepEqual(forwarded({ ...EDGE, ...TRUSTED }), [port]);
    if (lines === '') assert.deepEqual(forwarded(EDGE), [port]);
  });
}
