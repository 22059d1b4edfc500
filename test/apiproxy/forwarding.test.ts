import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { LocalProxy } from '../fixtures/api-proxy.ts';
import { chunked, head } from '../fixtures/check.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { kubeconfigOf } from '../fixtures/kubernetes-api/kubeconfig.ts';
import { RawClient } from '../fixtures/raw-client.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** A server that gives the answer that a test sets, and `podway proxy` in front of it. */
class Pair {
  readonly server: Server;
  readonly proxy: LocalProxy;
  token = 'one';

  private constructor(server: Server, proxy: LocalProxy) {
    this.server = server;
    this.proxy = proxy;
  }

  static async start(handler: Handler): Promise<Pair> {
    const server = createServer((asked, response) => void handler(asked, response));
    server.on('checkContinue', (asked, response) => void handler(asked, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base/`;
    const load = (): string => kubeconfigOf(url, undefined, { token: pair.token });
    const pair: Pair = new Pair(server, await LocalProxy.start(load));
    return pair;
  }

  async client(): Promise<RawClient> {
    return RawClient.connect(Number(new URL(this.proxy.origin).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const HOST = 'Host: localhost';
const lines = (raw: readonly string[]): string[] =>
  Array.from({ length: raw.length / 2 }, (_, at) => `${raw[2 * at]}: ${raw[2 * at + 1]}`);

test('a request is forwarded unchanged, except for fields of the connection', async () => {
  const seen: { url: string; method: string; fields: string[]; body: string; trailers: object }[] = [];
  await using pair = await Pair.start(async (asked, response) => {
    const body = (await buffer(asked)).toString('latin1');
    const { url = '', method = '', rawHeaders, trailers } = asked;
    seen.push({ url, method, fields: lines(rawHeaders), body, trailers });
    response.end();
  });
  const { port } = pair.server.address() as AddressInfo;
  const own = [`Host: 127.0.0.1:${port}`];
  const ours = ['Authorization: Bearer one', 'Connection: keep-alive'];
  const rows: readonly (readonly [string, string, (typeof seen)[number]])[] = [
    [
      'an unchanged path, fields in their order and case',
      head(
        'GET /a%2fb//c?x=%zz&{"y"} HTTP/1.1',
        HOST,
        'X-b: 1',
        'x-A: \xe9',
        'X-b: 2',
        'Keep-Alive: 5',
        'Connection: x-hop, close',
        'x-hop: 1',
        'Accept-Encoding: br',
        'TE: trailers, deflate',
      ),
      {
        url: '/base/a%2fb//c?x=%zz&{"y"}',
        method: 'GET',
        fields: [...own, 'X-b: 1', 'x-A: \xe9', 'X-b: 2', 'Accept-Encoding: br', 'TE: trailers', ...ours],
        body: '',
        trailers: {},
      },
    ],
    [
      'a body with a length',
      `${head('PUT /a HTTP/1.1', HOST, 'Content-Length: 3')}\0\xffc`,
      {
        url: '/base/a',
        method: 'PUT',
        fields: [...own, 'Content-Length: 3', ...ours],
        body: '\0\xffc',
        trailers: {},
      },
    ],
    [
      'chunks, with a trailer',
      head('POST /a HTTP/1.1', HOST, 'Transfer-Encoding: chunked', 'Trailer: X-Sum') +
        chunked('ab', 'c').replace(/\r\n$/, 'X-Sum: 7\r\n\r\n'),
      {
        url: '/base/a',
        method: 'POST',
        fields: [...own, 'Trailer: X-Sum', 'Transfer-Encoding: chunked', ...ours],
        body: 'abc',
        trailers: { 'x-sum': '7' },
      },
    ],
    [
      'a POST without a body',
      head('POST /a HTTP/1.1', HOST),
      {
        url: '/base/a',
        method: 'POST',
        fields: [...own, 'Content-Length: 0', ...ours],
        body: '',
        trailers: {},
      },
    ],
    [
      'a GET with a body, and an unusual method',
      `${head('GET /a HTTP/1.1', HOST, 'Content-Length: 1')}x`,
      {
        url: '/base/a',
        method: 'GET',
        fields: [...own, 'Content-Length: 1', ...ours],
        body: 'x',
        trailers: {},
      },
    ],
    [
      'an upgrade that no stream of the API uses is left out of the request',
      head(
        'GET /a HTTP/1.1',
        HOST,
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: x',
      ),
      { url: '/base/a', method: 'GET', fields: [...own, ...ours], body: '', trailers: {} },
    ],
  ];
  for (const [name, send, expected] of rows) {
    using client = await pair.client();
    assert.equal((await client.exchange(send)).status, 200, name);
    assert.deepEqual(seen.pop(), expected, name);
  }
});

test('an answer is passed back unchanged', async (t) => {
  const zipped = gzipSync('hello');
  const answers: Readonly<Record<string, Handler>> = {
    '/zipped': (_, response) => {
      response.sendDate = false;
      response.writeHead(200, 'Fine', [
        'Content-Encoding',
        'gzip',
        'X-a',
        '1',
        'x-A',
        '2',
        'Content-Length',
        String(zipped.length),
      ]);
      response.end(zipped);
    },
    '/chunks': (_, response) => {
      response.writeHead(200, ['Trailer', 'X-Sum', 'Keep-Alive', 'timeout=99']);
      response.write('a');
      response.addTrailers({ 'X-Sum': '7' });
      response.end('b');
    },
    '/length': (_, response) => {
      response.writeHead(200, { 'content-length': 5 }).end('12345');
    },
    '/304': (_, response) => {
      response.sendDate = false;
      response.writeHead(304, { etag: '"x"', 'content-length': 5 }).end();
    },
    '/204': (_, response) => {
      response.writeHead(204).end();
    },
    '/moved': (_, response) => {
      response.writeHead(302, { location: 'https://elsewhere/', 'set-cookie': ['a=1', 'b=2'] }).end();
    },
  };
  await using pair = await Pair.start((asked, response) =>
    answers[asked.url?.slice(5) ?? '']?.(asked, response),
  );
  const ask = async (path: string, method = 'GET') => pair.proxy.ask(path, { method });

  await t.test('content codings, reason phrase, order and case stay as they are', async () => {
    const { body, message, rawHeaders, headers } = await ask('/zipped');
    assert.deepEqual(body, zipped);
    assert.equal(message, 'Fine');
    assert.deepEqual(lines(rawHeaders).slice(0, 4), [
      'Content-Encoding: gzip',
      'X-a: 1',
      'x-A: 2',
      `Content-Length: ${zipped.length}`,
    ]);
    assert.equal(headers.date, undefined, 'podway adds no Date');
  });
  await t.test('chunks and trailers', async () => {
    const { body, trailers, headers } = await ask('/chunks');
    assert.deepEqual(
      [body.toString(), trailers, headers['transfer-encoding']],
      ['ab', { 'x-sum': '7' }, 'chunked'],
    );
    assert.notEqual(headers['keep-alive'], 'timeout=99');
  });
  await t.test('chunks to a client of HTTP/1.0 end with the connection', async () => {
    using client = await pair.client();
    await client.send(head('GET /chunks HTTP/1.0', HOST));
    const { received } = await client.closed();
    const text = received.toString('latin1');
    assert.ok(text.endsWith('\r\n\r\nab'), text);
    assert.doesNotMatch(text, /trailer|chunked/i);
  });
  await t.test('HEAD has the length of a GET', async () => {
    const { body, headers } = await ask('/length', 'HEAD');
    assert.deepEqual([body.length, headers['content-length']], [0, '5']);
  });
  await t.test('304 and 204', async () => {
    const { status, headers, body } = await ask('/304');
    assert.deepEqual([status, headers.etag, headers['content-length'], body.length], [304, '"x"', '5', 0]);
    assert.deepEqual(
      [(await ask('/204')).status, (await ask('/204')).headers['content-length']],
      [204, undefined],
    );
  });
  await t.test('a redirect is not followed', async () => {
    const { status, headers } = await ask('/moved');
    assert.deepEqual(
      [status, headers.location, headers['set-cookie']],
      [302, 'https://elsewhere/', ['a=1', 'b=2']],
    );
  });
});

test('when the server truncates an answer, the client gets a truncated answer', async () => {
  await using pair = await Pair.start((asked, response) => {
    response.writeHead(200, asked.url === '/base/length' ? { 'content-length': 10 } : {});
    response.write('half');
    setImmediate(() => response.destroy());
  });
  for (const path of ['/length', '/chunks']) {
    const sent = request(`${pair.proxy.origin}${path}`);
    sent.end();
    const [answer] = (await withTimeout(once(sent, 'response'), path)) as [IncomingMessage];
    await assert.rejects(withTimeout(buffer(answer), path), /aborted/);
  }
});

test('a head is sent before its body arrives, and a client that disconnects ends the request', async () => {
  const left = Promise.withResolvers<void>();
  await using pair = await Pair.start((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    response.on('close', () => left.resolve());
  });
  const sent = request(`${pair.proxy.origin}/api/v1/pods?watch=true`);
  sent.end();
  const [answer] = (await withTimeout(once(sent, 'response'), 'the head of a watch')) as [IncomingMessage];
  answer.on('error', () => undefined);
  sent.destroy();
  await withTimeout(left.promise, 'the end of the watch');
});

/** Writes until the socket accepts no more; resolves with the number of bytes written. */
async function writeUntilStuck(stream: Writable): Promise<number> {
  const block = Buffer.alloc(1024 * 1024);
  for (let written = block.length; ; written += block.length) {
    if (stream.write(block)) continue;
    // All ends are in this process: bytes that can move do so during turns of the event loop.
    for (let turn = 0; stream.writableNeedDrain && turn < 2_000; turn += 1) await turnOfLoop();
    if (stream.writableNeedDrain) return written;
  }
}

test('a client that does not read pauses the server, and a server that does not read pauses the client', async () => {
  const bound = 32 * 1024 * 1024;
  const stuck = Promise.withResolvers<number>();
  await using pair = await Pair.start((asked, response) => {
    if (asked.method === 'GET') void writeUntilStuck(response).then(stuck.resolve);
  });
  using client = await pair.client();
  client.socket.pause();
  await client.send(head('GET /large HTTP/1.1', HOST));
  assert.ok((await withTimeout(stuck.promise, 'a server that waits')) < bound);
  using writer = await pair.client();
  await writer.send(head('POST /large HTTP/1.1', HOST, `Content-Length: ${16 * bound}`));
  assert.ok((await withTimeout(writeUntilStuck(writer.socket), 'a client that waits')) < bound);
});

test('a client that resets while the server does not read its body ends the request', async (t) => {
  const asked = Promise.withResolvers<void>();
  await using pair = await Pair.start(() => asked.resolve());
  using writer = await pair.client();
  t.mock.timers.enable({ apis: ['setInterval'] });
  await writer.send(head('POST /large HTTP/1.1', HOST, 'Content-Length: 1000000000'));
  await withTimeout(writeUntilStuck(writer.socket), 'a client that waits');
  await withTimeout(asked.promise, 'the request');
  writer.socket.resetAndDestroy();
  await once(writer.socket, 'close');
  t.mock.timers.tick(1_000);
  await withTimeout(pair.proxy.untilClientsClosed(), 'the end of the client');
});

test('after an answer that arrives before the end of the body, the rest of the body is read and discarded', async () => {
  await using pair = await Pair.start((_, response) => void response.writeHead(413).end());
  const sent = request(pair.proxy.origin, { method: 'POST' });
  const finished = once(sent, 'finish');
  sent.end(Buffer.alloc(32 * 1024 * 1024));
  const [answer] = (await withTimeout(once(sent, 'response'), 'the answer')) as [IncomingMessage];
  assert.equal(answer.statusCode, 413);
  answer.resume();
  await withTimeout(finished, 'the end of the body');
});

test('Expect: 100-continue is forwarded, and its answer passed back', async () => {
  await using pair = await Pair.start(async (asked, response) => {
    assert.equal(asked.headers.expect, '100-continue');
    if (asked.url === '/base/no') return void response.writeHead(413).end('no');
    response.writeContinue();
    response.end(await buffer(asked));
  });
  const expecting = (path: string): string =>
    head(`PUT ${path} HTTP/1.1`, HOST, 'Expect: 100-continue', 'Content-Length: 4');
  using client = await pair.client();
  await client.send(expecting('/yes'));
  assert.equal((await client.head()).start, 'HTTP/1.1 100 Continue');
  await client.send('body');
  const answer = await client.response('PUT');
  assert.deepEqual([answer.status, answer.text], [200, 'body']);
  using refused = await pair.client();
  await refused.send(expecting('/no'));
  assert.equal((await refused.response('PUT')).status, 413);
  await refused.closed();
});

for (const size of [10, 100 * 1024])
  test(`a token that is no longer accepted is read again: ${size} bytes of body`, async () => {
    const seen: string[] = [];
    let valid = 'one';
    await using pair = await Pair.start(async (asked, response) => {
      const body = await buffer(asked);
      seen.push(`${asked.method} ${asked.headers.authorization} ${body.length}`);
      response.writeHead(asked.headers.authorization === `Bearer ${valid}` ? 200 : 401).end();
    });
    const ask = async (method: string, body?: Buffer) => {
      const before = seen.length;
      const headers = body === undefined ? {} : { 'content-length': String(body.length) };
      const { status } = await pair.proxy.ask('/a', { method, headers, ...(body && { body }) });
      return [status, ...seen.slice(before)];
    };
    assert.deepEqual(await ask('GET'), [200, 'GET Bearer one 0']);
    [valid, pair.token] = ['two', 'two'];
    const first = `POST Bearer one ${size}`;
    // podway cannot send bytes again that it has passed on without a copy.
    const expected = size > 64 * 1024 ? [401, first] : [200, first, `POST Bearer two ${size}`];
    assert.deepEqual(await ask('POST', Buffer.alloc(size)), expected);
    assert.deepEqual(await ask('GET'), [200, 'GET Bearer two 0']);
    valid = 'three';
    assert.deepEqual(await ask('GET'), [401, 'GET Bearer two 0']);
  });

test('a client gets 502 without any credentials in it when the server cannot be reached', async () => {
  const pair = await Pair.start(() => undefined);
  await using proxy = pair.proxy;
  await new Promise((resolve) => pair.server.close(resolve));
  const { status, body } = await proxy.ask('/api/v1/pods');
  assert.equal(status, 502);
  assert.match(body.toString(), /podway proxy: the API server cannot be reached: connect ECONNREFUSED/);
  assert.doesNotMatch(body.toString(), /Bearer|one/);
});

test('connections to the server are reused', async () => {
  let connections = 0;
  await using pair = await Pair.start((_, response) => void response.end('x'));
  pair.server.on('connection', () => (connections += 1));
  for (let at = 0; at < 5; at += 1) await pair.proxy.ask('/a');
  assert.equal(connections, 1);
});

test('clients or a server that disconnect at any moment harm no other client', async () => {
  await using pair = await Pair.start(async (asked, response) => {
    if (asked.url?.endsWith('/reset') === true) return void asked.socket.resetAndDestroy();
    response.write('begin');
    const body = await buffer(asked).catch(() => undefined);
    if (body === undefined) response.destroy();
    else response.end(`${body.toString()}end`);
  });
  const upgrade = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: x',
    'Sec-WebSocket-Version: 13',
  ];
  const messages = [
    head('GET /a HTTP/1.1', HOST),
    head('GET /reset HTTP/1.1', HOST),
    `${head('PUT /a HTTP/1.1', HOST, 'Content-Length: 5')}hello`,
    head('PUT /a HTTP/1.1', HOST, 'Transfer-Encoding: chunked') + chunked('hello', 'x'.repeat(100_000)),
    `${head('PUT /a HTTP/1.1', HOST, 'Expect: 100-continue', 'Content-Length: 5')}hello`,
    head('GET /api/v1/namespaces/a/pods/b/proxy/ HTTP/1.1', HOST, ...upgrade),
    head('GET /api/v1/namespaces/a/pods/b/proxy/reset HTTP/1.1', HOST, ...upgrade),
    head('GET /api/v1/namespaces/a/pods/b/proxy/?x HTTP/1.1', HOST, ...upgrade),
  ];
  for (const [at, message] of messages.entries()) {
    for (const part of [0.3, 0.6, 0.9, 1]) {
      for (const turns of [0, 1, 10]) {
        using client = await pair.client();
        await client.send(message.slice(0, Math.ceil(message.length * part)));
        for (let turn = 0; turn < turns; turn += 1) await turnOfLoop();
        if (at % 2 === 0) client.socket.resetAndDestroy();
        else client.socket.destroy();
      }
    }
  }
  const { status, body } = await pair.proxy.ask('/a', { method: 'PUT', body: 'hello' });
  assert.deepEqual([status, body.toString()], [200, 'beginhelloend']);
});
