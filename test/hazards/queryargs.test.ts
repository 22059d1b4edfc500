import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, forwarded, get, head, post, type ExchangeCase } from '../fixtures/check.ts';
import { checkHttp2 } from '../fixtures/http2/check-http2.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { startScene } from '../fixtures/scene.ts';
import { handshake, SAMPLE_KEY } from '../fixtures/websocket.ts';

// DECOMPOSE_QUERYARGS: queries of WebSocket handshakes in the path.

const LOKI = 'cXVlcnk9e25hbWU9Imxva2kifSZsaW1pdD0y';
const encoded = (query: string): string => Buffer.from(query, 'latin1').toString('base64url');
const LINES = [`Sec-WebSocket-Key: ${SAMPLE_KEY}`, 'Sec-WebSocket-Version: 13'];
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket'];

/**
 * The pod `origin` gets a handshake for `target`; it answers as if it were a plain request, which ends the connection.
 */
function asked(name: string, send: string, target: string, origin = 'root'): ExchangeCase {
  const upstream = forwarded(`GET ${target}`, ['Host: t.local', ...LINES, ...UPGRADE]);
  return { name, send, status: 200, origin, upstream, after: 'closed' };
}

const restored = (name: string, path: string, target: string, origin?: string): ExchangeCase =>
  asked(name, handshake(path), target, origin);
const untouched = (name: string, path: string): ExchangeCase => asked(name, handshake(path), path);

function refused(name: string, path: string, status: number = 400, reason = 'bad-queryargs'): ExchangeCase {
  return {
    name,
    send: handshake(path),
    status,
    after: 'closed',
    check: (response) => assert.equal(response.value('x-podway-reason'), reason),
  };
}

/** A request that is not a handshake: its path is unchanged. */
function plain(
  name: string,
  send: string,
  upstream: string,
  after: 'kept' | 'closed' = 'kept',
): ExchangeCase {
  return { name, send, status: 200, origin: 'root', upstream, after };
}

const pods = [
  { name: 'root' },
  { name: 'app', paths: '/app' },
  { name: 'slash', paths: '/dir/' },
  { name: 'guarded', namespace: 'b', paths: '/guarded' },
];
const spec = { pods, keys: { b: 'secret' }, settings: { decomposeQueryargs: 'on' as const } };
const TAIL = `/tail/queryargs/${LOKI}/`;

await checkExchanges('a handshake gets its query back from the last two segments of its path', spec, [
  restored('as the clients of 2020 send it (QA-01)', TAIL, '/tail?query={name="loki"}&limit=2'),
  restored('without the slash at the end (QA-01)', TAIL.slice(0, -1), '/tail?query={name="loki"}&limit=2'),
  restored('padded (QA-01)', '/tail/queryargs/YT0x/', '/tail?a=1'),
  restored('padded with one sign (QA-01)', '/tail/queryargs/YT0xMg==/', '/tail?a=12'),
  restored('not padded (QA-01)', '/tail/queryargs/YT0xMg/', '/tail?a=12'),
  restored('both letters of base64url (QA-01)', `/x/queryargs/${encoded('a=>>>???~')}`, '/x?a=>>>???~'),
  restored('a path that ends in a slash (QA-01)', `/a/queryargs.slash/${encoded('b')}/`, '/a/?b'),
  restored('nothing before the marker (QA-05)', `/queryargs/${encoded('b')}/`, '/?b'),
  restored('only a slash before the marker (QA-05)', `/queryargs.slash/${encoded('b')}/`, '/?b'),
  restored(
    'two slashes, as clients compose a path with a slash at its end (QA-06)',
    `/a//queryargs/YT0x/`,
    '/a/?a=1',
  ),
  restored(
    'the query is decoded only once (QA-05)',
    `/a/queryargs/${encoded('x=/queryargs/YQ/&y=%2571&z=?')}/`,
    '/a?x=/queryargs/YQ/&y=%2571&z=?',
  ),
  restored('8-bit bytes of the path (QA-01)', `/caf\xc3\xa9/queryargs/YT0x/`, '/caf%C3%A9?a=1'),
  asked(
    'an absolute target (QA-01)',
    handshake('/').replace('GET /', 'GET http://t.local/a/queryargs/YT0x/'),
    '/a?a=1',
  ),
]);

await checkExchanges(
  'a request that is not a handshake keeps its path',
  spec,
  [
    plain('GET (QA-03)', get(TAIL), forwarded(`GET ${TAIL}`)),
    plain(
      'POST (QA-03)',
      post(TAIL, 'a'),
      forwarded(`POST ${TAIL}`, ['Host: t.local', 'Content-Length: 1'], 'a'),
    ),
    plain(
      'HTTP/1.0 (QA-03)',
      handshake(TAIL).replace('HTTP/1.1', 'HTTP/1.0'),
      forwarded(`GET ${TAIL}`, ['Host: t.local', ...LINES]),
      'closed',
    ),
    plain(
      'a handshake without a key (QA-03)',
      handshake(TAIL).replace(`${LINES[0]}\r\n`, ''),
      forwarded(`GET ${TAIL}`, ['Host: t.local', 'Sec-WebSocket-Version: 13']),
    ),
    plain(
      'a protocol that UPGRADES does not list (QA-03)',
      head(`GET ${TAIL} HTTP/1.1`, 'Host: t.local', 'Connection: Upgrade', 'Upgrade: tcp'),
      forwarded(`GET ${TAIL}`),
    ),
    refused('a handshake with two keys is refused for that reason', TAIL, 400, 'bad-upgrade'),
  ].map((it) =>
    it.name.startsWith('a handshake with two') ? { ...it, send: handshake(TAIL, LINES[0]!) } : it,
  ),
);

await checkExchanges('when DECOMPOSE_QUERYARGS is off, a path is unchanged (QA-04)', { pods }, [
  untouched('the path of a handshake', TAIL),
  untouched('the path of a handshake with a malformed query', '/tail/queryargs/!/?x'),
]);

await checkExchanges('paths with a marker that is not at their end', spec, [
  untouched('a marker in the middle (QA-05)', '/tail/queryargs/YT0x/more'),
  untouched('a marker with nothing after it (QA-05)', '/tail/queryargs'),
  untouched('a marker with only a slash after it (QA-05)', '/tail/queryargs/'),
  untouched('in capitals (QA-06)', '/tail/QueryArgs/YT0x/'),
  untouched('a longer word (QA-06)', '/tail/xqueryargs/YT0x/'),
  untouched('a marker in a query (QA-05)', '/tail?/queryargs/YT0x/'),
]);

await checkExchanges('an ambiguous marker is refused', spec, [
  refused('a further query (QA-05)', '/tail/queryargs/YT0x/?b=1'),
  refused('a further empty query (QA-05)', '/tail/queryargs/YT0x/?'),
  refused('two markers (QA-05)', '/tail/queryargs/YT0x/queryargs/YT0x/'),
  refused('two markers of different kinds (QA-05)', '/tail/queryargs.slash/YT0x/queryargs/YT0x/'),
  refused('two markers in a row (QA-05)', '/tail/queryargs/queryargs/'),
  refused('a second marker that is escaped (QA-05)', '/%71ueryargs/x/queryargs/YT0x/'),
  refused('an escaped letter (QA-06)', '/tail/%71ueryargs/YT0x/'),
  refused('an escaped dot (QA-06)', '/tail/queryargs%2Eslash/YT0x/'),
  refused('a parameter of the marker (QA-06)', '/tail/queryargs;x/YT0x/'),
  refused('a parameter of the query (QA-06)', '/tail/queryargs/YT0x;x/'),
  refused('a parameter after the query (QA-06)', '/tail/queryargs/YT0x/;x'),
  refused('an escaped slash (QA-06)', '/tail/queryargs%2FYT0x'),
  refused('a marker that URL parsers read as a host (QA-06)', '/%2F/queryargs/YT0x/'),
  refused('escaped backslashes (QA-06)', '/tail%5Cqueryargs%5CYT0x'),
  refused('backslashes (QA-06)', '/tail\\queryargs\\YT0x\\', 400, 'bad-path'),
  refused('two slashes after the marker (QA-06)', '/tail//queryargs//YT0x'),
  refused('two slashes after the query (QA-06)', '/tail/queryargs/YT0x//'),
  refused('nothing between two slashes (QA-06)', '/tail/queryargs//'),
  refused('a . segment after the query (QA-06)', '/tail/queryargs/YT0x/.'),
  refused('a .. segment before the marker', '/a/../queryargs/YT0x/', 400, 'bad-path'),
  ...[
    ['a letter too many', 'YT0xM'],
    ['spare bits', 'YT0xMh=='],
    ['spare bits, not padded', 'YT0xMh'],
    ['too much padding', 'YT0x='],
    ['too little padding', 'YT0xMg='],
    ['padding inside', 'YQ==YQ=='],
    ['escaped padding', 'YT0xMg%3D%3D'],
    ['the other base64', 'YT0+Pz8/'],
    ['a dot', 'YT.0'],
    ['a space in the query', encoded('a b')],
    ['a fragment', encoded('a#b')],
    ['a line end', encoded('a HTTP/1.1\r\nX: y')],
    ['NUL', encoded('\0')],
    ['DEL', encoded('\x7f')],
    ['an 8-bit byte', encoded('\xe9')],
  ].map(([name, text]) => refused(`${name} (QA-05)`, `/tail/queryargs/${text}/`)),
]);

await checkExchanges('podway matches the restored path, not the received one', spec, [
  restored('another route (QA-08)', '/app/queryargs/YT0x/', '/app?a=1', 'app'),
  restored('a route with a slash (QA-08)', '/dir/queryargs.slash/YT0x/', '/dir/?a=1', 'slash'),
  {
    name: 'a keyed route (QA-08)',
    send: handshake('/guarded/queryargs/YT0x/'),
    status: 403,
    after: 'closed',
  },
  {
    name: 'a redirect has the query, not the marker (QA-09)',
    send: handshake('/dir/queryargs/YT0x/'),
    status: 301,
    after: 'closed',
    check: (response) => assert.equal(response.value('location'), '/dir/?a=1'),
  },
]);

const LONGEST = 'q'.repeat(6000);
await checkExchanges(
  'MAX_REQUEST_LINE limits the composed line, which is longer than the restored one',
  spec,
  [
    restored('8,000 bytes composed (QA-09)', `/x/queryargs/${encoded(LONGEST)}/`, `/x?${LONGEST}`),
    refused(
      'a query that would fit without the composed path (QA-09)',
      `/x/queryargs/${encoded('q'.repeat(6200))}/`,
      414,
      'line-too-long',
    ),
  ],
);

/** A handshake over HTTP/2 (RFC 8441) on this stream. */
const stream = (id: number, path: string): Buffer =>
  headers(
    id,
    [...pseudo('CONNECT', path), [':protocol', 'websocket'], ['sec-websocket-version', '13']],
    'more',
  );

await checkHttp2('handshakes over HTTP/2 are read in the same way', [
  {
    name: 'restored, and refused (QA-01, QA-05)',
    settings: { decomposeQueryargs: 'on' },
    pods: [{ name: 'a', answer: ['HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n'] }],
    does: async (client, scene) => {
      client.send(stream(1, TAIL), stream(3, `${TAIL}?x`));
      await client.until('the answer', () => client.blocks.find(({ id }) => id === 1));
      assert.ok(scene.origin('a').received.startsWith('GET /tail?query={name="loki"}&limit=2 HTTP/1.1\r\n'));
    },
    streams: { 3: '400 bad-queryargs, noError' },
    upstream: 'any',
  },
]);

test('the log has the restored target, and the counters have the number of refusals (QA-10)', async () => {
  await using scene = await startScene(spec);
  for (const path of [TAIL, '/app/queryargs/YT0x/', '/queryargs/!/', '/plain']) {
    using client = await scene.client();
    await client.exchange(handshake(path));
    await client.closed();
  }
  const { queryargs, refusals } = scene.router.snapshot();
  assert.deepEqual(queryargs, { restored: 2, refused: 1 });
  assert.deepEqual(refusals, [{ reason: 'bad-queryargs', count: 1 }]);
  const logged = scene.router.log.map(({ target, reason, decomposed }) => [target, reason, decomposed]);
  assert.deepEqual(logged, [
    ['/tail?query={name="loki"}&limit=2', '', true],
    ['/app?a=1', '', true],
    ['', 'bad-queryargs', false],
    ['/plain', '', false],
  ]);
});
