import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chunked, forwarded, get, head } from '../fixtures/check.ts';
import {
  answered,
  checkConversations,
  type Conversation,
  FIN,
  mark,
  relayed,
  RST,
  sees,
  when,
} from '../fixtures/conversation.ts';
import { ok, readBody } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';

const SIZE = 64;
const HOST = 'Host: t.local';
const CHUNKED = 'Transfer-Encoding: chunked';
const FITS = 'x'.repeat(SIZE);
const settings = { collectRequest: SIZE };
const lengthOf = (body: string) => `Content-Length: ${body.length}`;

/** A conversation in which the pod gets the collected body with its length. */
function collected(name: string, pieces: readonly string[], body: string, ...fields: string[]): Conversation {
  return {
    name,
    pods: { o1: { scripts: [[{ reads: 'body' }, ok('well')]] } },
    settings,
    client: [...pieces, sees(WELL)],
    upstream: { o1: [forwarded('POST /', [HOST, ...fields, lengthOf(body)], body)] },
    after: 'kept',
  };
}

const WELL = relayed('200 OK', ['Date: <date>', 'Content-Length: 4'], 'well');
const chunkedHead = head('POST / HTTP/1.1', HOST, CHUNKED);
const chunk = (data: string) => `${data.length.toString(16)}\r\n${data}\r\n`;

await checkConversations('a body that is collected', [
  collected(
    'a chunked body is sent with its length',
    [chunkedHead, chunk('abc'), chunk('de'), '0\r\n\r\n'],
    'abcde',
  ),
  collected('a body that arrives in one piece', [chunkedHead + chunked('abc', 'de')], 'abcde'),
  collected(
    'a body of exactly the limit',
    [chunkedHead, chunk(FITS.slice(1)), chunk('x'), '0\r\n\r\n'],
    FITS,
  ),
  collected('empty', [chunkedHead, '0\r\n\r\n'], ''),
  collected('with trailers, which are dropped', [chunkedHead, `${chunk('abc')}0\r\nT: v\r\n\r\n`], 'abc'),
  collected('with a length', [head('POST / HTTP/1.1', HOST, lengthOf('abcde')), 'ab', 'cde'], 'abcde'),
  {
    ...collected('asked for by Expect', [], 'abcde'),
    client: [
      head('POST / HTTP/1.1', HOST, CHUNKED, 'Expect: 100-continue'),
      sees('HTTP/1.1 100 Continue\r\n\r\n'),
      chunk('abc'),
      chunk('de'),
      '0\r\n\r\n',
      sees(WELL),
    ],
  },
  {
    name: 'chunks that are longer than the limit: the body is forwarded in chunks, the collected part as one chunk',
    pods: { o1: { scripts: [[mark('asked'), { reads: 'body' }, ok('well')]] } },
    settings,
    client: [chunkedHead, chunk('abc'), chunk(FITS), when('asked'), chunk('de'), '0\r\n\r\n', sees(WELL)],
    upstream: { o1: [forwarded('POST /', [HOST, CHUNKED], chunked(`abc${FITS}`, 'de'))] },
    after: 'kept',
  },
  {
    name: 'a length above the limit: the body is forwarded as it arrives',
    pods: { o1: { scripts: [[mark('asked'), { reads: 'body' }, ok('well')]] } },
    settings,
    client: [head('POST / HTTP/1.1', HOST, lengthOf(`${FITS}x`)), when('asked'), FITS, 'x', sees(WELL)],
    upstream: { o1: [forwarded('POST /', [HOST, lengthOf(`${FITS}x`)], `${FITS}x`)] },
    after: 'kept',
  },
  {
    name: 'gRPC is not collected',
    pods: { o1: { scripts: [[mark('asked'), { reads: 'body' }, ok('well')]] } },
    settings,
    client: [
      head('POST / HTTP/1.1', HOST, CHUNKED, 'Content-Type: application/grpc'),
      when('asked'),
      chunked('abc'),
      sees(WELL),
    ],
    upstream: {
      o1: [forwarded('POST /', [HOST, 'Content-Type: application/grpc', CHUNKED], chunked('abc'))],
    },
    after: 'kept',
  },
  {
    name: 'a client that ends its side before the end of its body: no pod gets the request',
    pods: { o1: {} },
    settings,
    client: [chunkedHead, chunk('abc'), FIN, sees(answered('400 Bad Request', 'body-cut', 'close'))],
    upstream: {},
    after: 'closed',
  },
  {
    name: 'a client that disconnects: no pod gets the request',
    pods: { o1: {} },
    settings,
    client: [chunkedHead, chunk('abc'), { pause: 30 }, RST],
    upstream: {},
    after: 'left',
    log: ['499 client-left'],
  },
  {
    name: 'a malformed chunk: no pod gets the request',
    pods: { o1: {} },
    settings,
    client: [chunkedHead, chunk('abc'), 'no\r\n', sees(answered('400 Bad Request', 'bad-chunk', 'close'))],
    upstream: {},
    after: 'closed',
  },
  {
    name: 'a client that sends no more: 408, and no pod gets the request',
    pods: { o1: {} },
    settings: { ...settings, clientIdleTimeout: 150 },
    client: [chunkedHead, chunk('abc'), sees(answered('408 Request Timeout', 'request-timeout', 'close'))],
    upstream: {},
    after: 'closed',
  },
  {
    name: 'a pod that refuses connections: the next pod gets all of the request',
    pods: { o1: { refuses: true }, o2: { scripts: [[{ reads: 'body' }, ok('well')]] } },
    settings,
    client: [chunkedHead, chunk('abc'), '0\r\n\r\n', sees(WELL)],
    upstream: { o2: [forwarded('POST /', [HOST, lengthOf('abc')], 'abc')] },
    after: 'kept',
    counters: { upstream_connect_failures: 1, upstream_retries: 1, upstream_ejections: 1 },
  },
] satisfies Conversation[]);

test('collected bodies count as REQUEST_MEMORY, and requests are ended when it is used up', async () => {
  const size = 60_000;
  await using scene = await startScene({
    pods: [{ name: 'o1', answer: [readBody, ok('well')] }],
    settings: { collectRequest: size, requestMemory: 4 * size },
  });
  const held = (): number => scene.router.snapshot().gauges.request_held_bytes;
  const clients = [];
  for (let count = 0; count < 6; count += 1) {
    const client = await scene.client();
    clients.push(client);
    await client.send(head('POST / HTTP/1.1', HOST, `Content-Length: ${size}`) + 'x'.repeat(size - 1));
    while (held() < Math.min(count + 1, 3) * (size - 10_000)) await sleep(5);
  }
  const ended = clients.filter(({ reader }) => reader.received.length > 0);
  assert.ok(ended.length > 0 && ended.length < 4, `${ended.length} ended`);
  assert.ok(ended.includes(clients[0]!), 'the oldest request first');
  for (const client of ended)
    assert.equal((await client.response('POST')).value('x-podway-reason'), 'overload-memory');
  const last = clients.at(-1)!;
  assert.equal((await last.exchange('x', 'POST')).text, 'well');
  assert.equal((await last.exchange(get('/'))).text, 'well');
});
