import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkExchanges, chunked, forwarded, get, head, post, type ExchangeCase } from '../rig/check.ts';
import { startScene } from '../rig/scene.ts';

/** A POST with these field lines and nothing else about its framing; `rest` follows the head. */
function framed(lines: readonly string[], rest = 'abcde'): string {
  return head('POST / HTTP/1.1', 'Host: t.local', ...lines) + rest;
}

function refused(
  name: string,
  lines: readonly string[],
  status: number | readonly number[] = 400,
): ExchangeCase {
  return {
    name,
    send: framed(lines, '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t.local\r\n\r\n'),
    status,
    after: 'closed',
  };
}

const spec = { pods: [{ name: 'o1' }] };
const lengths = ['+5', '-5', '0x5', '5.0', '5e0', '5Z', '1_0', '"5"', '0 5', '5, 5', '5,6', '5,', ''];

await checkExchanges('a request whose end could be disputed reaches no pod', spec, [
  refused('SM-01 length, then chunked', ['Content-Length: 6', 'Transfer-Encoding: chunked']),
  refused('SM-02 chunked, then length', ['Transfer-Encoding: chunked', 'Content-Length: 6']),
  refused('SM-04 equal lengths', ['Content-Length: 5', 'Content-Length: 5']),
  refused('P26 different lengths', ['Content-Length: 5', 'Content-Length: 6']),
  ...lengths.map((length) =>
    refused(`SM-05 length ${JSON.stringify(length)}`, [`Content-Length: ${length}`]),
  ),
  refused('SM-06 empty length and 5', ['Content-Length:', 'Content-Length: 5']),
  ...['9007199254740993', '18446744073709551617'].map((length) =>
    refused(`SM-08 length ${length}`, [`Content-Length: ${length}`], [400, 413]),
  ),
  ...['gzip', 'gzip, chunked', 'deflate, chunked', 'identity'].map((coding) =>
    refused(`SM-12 coding ${coding}`, [`Transfer-Encoding: ${coding}`], [501, 400]),
  ),
  refused('P26 coding gzip', ['Transfer-Encoding: gzip'], 501),
  refused('SM-14 chunked twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], [400, 501]),
  refused('SM-14 chunked twice in a list', ['Transfer-Encoding: chunked, chunked'], [400, 501]),
  refused(
    'SM-15 identity and chunked',
    ['Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
    [400, 501],
  ),
  ...[',chunked', 'chunked,', '"chunked"', 'chunked;q=1', 'xchunked'].map((coding) =>
    refused(`SM-16 coding ${coding}`, [`Transfer-Encoding: ${coding}`], [400, 501]),
  ),
  refused('SM-17 empty coding and a length', ['Transfer-Encoding:', 'Content-Length: 5'], [400, 501]),
  ...['Transfer-Encoding : chunked', ' Transfer-Encoding: chunked', 'Transfer\r-Encoding: chunked'].map(
    (line) => refused(`SM-19 ${JSON.stringify(line)}`, [line]),
  ),
  ...['Transfer-\r\nEncoding: chunked', 'Transf\x82r-Encoding: chunked', 'Transfer Encoding: chunked'].map(
    (line) => refused(`SM-19 ${JSON.stringify(line)}`, [line]),
  ),
  ...[
    'X: X\nTransfer-Encoding: chunked',
    'X: X\rTransfer-Encoding: chunked',
    'X: a\r\n\rTransfer-Encoding: x',
  ].map((line) => refused(`SM-21 ${JSON.stringify(line)}`, [line])),
  {
    name: 'P26 coding on HTTP/1.0',
    send: head('POST / HTTP/1.0', 'Host: t.local', 'Transfer-Encoding: chunked') + chunked('abc'),
    status: 400,
    after: 'closed',
  },
]);

/** A body that arrives: `upstream` is its field line and its bytes as the pod gets them. */
const served = (name: string, send: string, [line, body]: readonly [string, string]): ExchangeCase => ({
  name,
  send,
  status: 200,
  origin: 'o1',
  after: 'kept',
  upstream: forwarded(`${send.split(' ', 1)[0]} /`, ['Host: t.local', ...(line === '' ? [] : [line])], body),
});
const CHUNKED = 'Transfer-Encoding: chunked';
const asLength = (body: string) => [`Content-Length: ${body.length}`, body] as const;
const asChunks = (...chunks: string[]) => [CHUNKED, chunked(...chunks)] as const;
const SECRET = 'GET /secret HTTP/1.1\r\nHost: x\r\n\r\n';

await checkExchanges('a body whose end is beyond doubt arrives', spec, [
  served('SM-06 white space around the length', framed(['Content-Length: \t5\t']), asLength('abcde')),
  served('SM-07 a length with zeros in front', framed(['Content-Length: 00000000005']), asLength('abcde')),
  served(
    'SM-25 chunk extensions',
    framed([CHUNKED], '3;a=b\r\nabc\r\n2;a="x;y"\r\nde\r\n0\r\n\r\n'),
    asChunks('abcde'),
  ),
  served('chunked in capitals', framed(['Transfer-Encoding: CHUNKED'], chunked('abcde')), asChunks('abcde')),
  served(
    'DF-19 trailers',
    framed([CHUNKED], '5\r\nabcde\r\n0\r\nX-ROUTING-API-KEY: k\r\n\r\n'),
    asChunks('abcde'),
  ),
  served('SM-20 an escape in the name', framed(['Content-Length: 5', 'Transfer-%45ncoding: chunked']), [
    'Transfer-%45ncoding: chunked\r\nContent-Length: 5',
    'abcde',
  ]),
  served(
    'SM-20 an underscore in the name',
    framed(['Content-Length: 5', 'Transfer_Encoding: chunked']),
    asLength('abcde'),
  ),
  served('SM-20 Content-Encoding', framed(['Content-Length: 5', 'Content-Encoding: chunked']), [
    'Content-Encoding: chunked\r\nContent-Length: 5',
    'abcde',
  ]),
  served('DF-18 a POST without a body', framed([], ''), asLength('')),
  served('DF-18 a GET without a body', get('/'), ['', '']),
  ...['DELETE', 'OPTIONS', 'PATCH'].map((method) =>
    served(
      `SM-34 a request inside a chunk of ${method}`,
      head(`${method} / HTTP/1.1`, 'Host: t.local', CHUNKED) + chunked(SECRET),
      asChunks(SECRET),
    ),
  ),
]);

test('SM-33 the body of a GET is part of it', async () => {
  await using scene = await startScene(spec);
  using client = await scene.client();
  void client.send(`${get('/1', 'Content-Length: 3')}abc${get('/2')}`);
  assert.equal((await client.response()).status, 200);
  assert.equal((await client.response()).status, 200);
  const [first, second] = scene.origin('o1').requests;
  assert.equal((await first?.body)?.content.toString(), 'abc');
  assert.equal(second?.target, '/2');
});

const BAD_CHUNKS = [
  '0x3\r\nabc\r\n',
  '+3\r\nabc\r\n',
  '-3\r\nabc\r\n',
  '0_3\r\nabc\r\n',
  '3 \r\nabc\r\n',
  ' 3\r\nabc\r\n',
  '\r\nabc\r\n',
  'Z\r\nabc\r\n',
  '10000000000000003\r\nabc\r\n',
  '3\nabc\n0\n\n',
  '3\r\nabcXX0\r\n\r\n',

  '3;a\nX\r\nabc\r\n',
  '3;a\rX\r\nabc\r\n',
  '5\r\r;ABCD\r\n',
  '2\r\r;a\r\nab\r\n',
  `3;${'x'.repeat(20_000)}\r\nabc\r\n`,
];

test('SM-23 to SM-28 a bad chunk is 400, and the pod never sees an end', async (t) => {
  await using scene = await startScene(spec);
  for (const bytes of BAD_CHUNKS) {
    await t.test(JSON.stringify(bytes.slice(0, 30)), async () => {
      const origin = scene.origin('o1');
      const seen = origin.requests.length;
      using client = await scene.client();
      void client.send(framed(['Transfer-Encoding: chunked'], `2\r\nok\r\n${bytes}0\r\n\r\n`));
      assert.ok([400, 413].includes((await client.response()).status));
      await client.closed();
      const request = origin.requests[seen];
      if (request !== undefined) await assert.rejects(request.body);
    });
  }
});

test('SM-24 a chunk size of 200 zeros and a 3 is refused or 3', async () => {
  await using scene = await startScene(spec);
  const response = await scene.exchange(
    framed(['Transfer-Encoding: chunked'], `${'0'.repeat(200)}3\r\nabc\r\n0\r\n\r\n`),
  );
  const body = scene.origin('o1').requests[0]?.body;
  if (response.status === 200) assert.equal((await body)?.content.toString(), 'abc');
  else assert.equal(response.status, 400);
});

for (const [name, lines, sent] of [
  ['DF-10 a length', ['Content-Length: 10'], 'abc'],
  ['SM-31 chunked', ['Transfer-Encoding: chunked'], '3\r\nabc\r\n'],
] as const) {
  test(`${name}: a FIN inside the body breaks the pod's connection off`, async () => {
    await using scene = await startScene(spec);
    using client = await scene.client();
    await client.send(framed([...lines], sent));
    const request = await scene.origin('o1').request();
    client.halfClose();
    await assert.rejects(request.body);
    await client.closed();
  });
}

test('SM-36 a pod that answers without reading the body does not get the next request on that connection', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst'] }],
  });
  using client = await scene.client();
  const early = await client.exchange(framed(['Content-Length: 40'], ''));
  assert.equal(early.text, 'first');
  assert.equal((await scene.exchange(post('/next', 'x'))).text, 'first');
  assert.equal(scene.origin('o1').connections.length, 2);
});
