import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2, { type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { chunked, get, head, post } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { RawClient, type RawResponse } from '../fixtures/raw-client.ts';
import { startRouter, type TestRouter } from '../fixtures/router.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';

type Handler = (stream: ServerHttp2Stream, fields: readonly string[], pod: H2cPod) => void;

/** A pod that speaks HTTP/2 without TLS, and the requests it got. */
interface H2cPod {
  readonly port: number;
  readonly server: Http2Server;
  readonly sessions: ServerHttp2Session[];
  /** The fields of each request. */
  readonly requests: (readonly string[])[];
}

async function h2cPod(t: TestContext, handler: Handler, settings: http2.Settings = {}): Promise<H2cPod> {
  const server = http2.createServer({ settings });
  const sessions: ServerHttp2Session[] = [];
  const requests: (readonly string[])[] = [];
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => undefined);
  });
  server.on('stream', (stream: ServerHttp2Stream, _: unknown, __: unknown, raw: readonly string[]) => {
    stream.on('error', () => undefined);
    requests.push(raw);
    handler(stream, raw, pod);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const pod = { port: (server.address() as AddressInfo).port, server, sessions, requests };
  return pod;
}

async function routed(
  t: TestContext,
  ports: readonly number[],
  settings: SettingsOverrides = {},
): Promise<TestRouter> {
  const pods = ports.map((port, at) =>
    podManifest({ name: `web-${at}`, hosts: 't.local', paths: `${port}:/ proto=h2c`, port }),
  );
  const router = await startRouter({ pods, secrets: [], settings });
  t.after(() => router.close());
  return router;
}

async function ask(router: TestRouter, request = get('/')): Promise<RawResponse> {
  using client = await RawClient.connect(router.port);
  return await client.exchange(request);
}

const hello: Handler = (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'text/plain' });
  stream.end('hello');
};

const echo: Handler = (stream) => {
  stream.respond({ ':status': 200 });
  stream.pipe(stream);
};

/** The response after any interim responses. */
async function final(router: TestRouter, request: string): Promise<RawResponse> {
  using client = await RawClient.connect(router.port);
  let response = await client.exchange(request);
  while (response.status < 200) response = await client.response();
  return response;
}

const reasonOf = (response: RawResponse) => `${response.status} ${response.value('x-podway-reason')}`;

test('a request is the same as over HTTP/1.1, with pseudo fields and without hop-by-hop fields', async (t) => {
  const pod = await h2cPod(t, hello);
  const router = await routed(t, [pod.port]);
  const { status, text } = await ask(
    router,
    get('/a?b=c', 'X-One: 1', 'TE: trailers', 'Connection: TE, X-Gone', 'X-Gone: 1'),
  );
  assert.equal(`${status} ${text}`, '200 hello');
  const [fields = []] = pod.requests;
  const pairs = fields.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${fields[at + 1]}`] : []));
  assert.deepEqual(
    pairs.map((it) => it.replace(/^(x-podway-hops|x-request-id): .*/, '$1')),
    [
      ':method: GET',
      ':scheme: http',
      ':path: /a?b=c',
      ':authority: t.local',
      'x-one: 1',
      'x-podway-hops',
      'x-forwarded-for: 127.0.0.1',
      'x-forwarded-proto: http',
      'x-forwarded-host: t.local',
      'x-forwarded-port: 80',
      'x-request-id',
      'te: trailers',
    ],
  );
});

test("requests share a connection, and podway opens a second connection above the pod's maximum number of streams (GR-09)", async (t) => {
  const pod = await h2cPod(t, echo, { maxConcurrentStreams: 3 });
  const router = await routed(t, [pod.port]);
  assert.equal((await ask(router, post('/', 'a'))).text, 'a');
  assert.equal((await ask(router, post('/', 'b'))).text, 'b');
  assert.equal(pod.sessions.length, 1);
  const clients = await Promise.all(Array.from({ length: 7 }, () => RawClient.connect(router.port)));
  for (const client of clients)
    void client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 2') + 'o');
  while (pod.requests.length < 9) await new Promise((done) => setTimeout(done, 5));
  assert.equal(pod.sessions.length, 3);
  for (const client of clients) {
    void client.send('k');
    assert.equal((await client.response()).text, 'ok');
    client[Symbol.dispose]();
  }
});

test('bodies of any size and framing arrive complete in both directions', async (t) => {
  const pod = await h2cPod(t, echo);
  const router = await routed(t, [pod.port]);
  for (const body of ['', 'x', 'y'.repeat(70_000), 'z'.repeat(2_000_000)]) {
    const whole = await ask(router, post('/', body));
    assert.ok(whole.text === body, `${body.length} with a length`);
    const pieces = body === '' ? [] : [body.slice(0, 3), body.slice(3)].filter((it) => it !== '');
    const sent = head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked') + chunked(...pieces);
    assert.ok((await ask(router, sent)).text === body, `${body.length} in chunks`);
  }
});

test('a response reaches a slow client complete, and delays no other response', async (t) => {
  // More than the kernel buffers for a connection over loopback.
  const size = 32 * 1024 * 1024;
  const pod = await h2cPod(t, (stream, fields) => {
    stream.respond({ ':status': 200 });
    if (fields.includes('/large'))
      Readable.from(Array.from({ length: 512 }, () => Buffer.alloc(65_536, 'x'))).pipe(stream);
    else stream.end('small');
  });
  const router = await routed(t, [pod.port]);
  using slow = await RawClient.connect(router.port);
  slow.socket.pause();
  void slow.send(get('/large'));
  while (router.snapshot().gauges.buffered_bytes < 1024 * 1024)
    await new Promise((done) => setTimeout(done, 5));
  for (let at = 0; at < 20; at++) assert.equal((await ask(router)).text, 'small');
  assert.equal(pod.sessions.length, 1);
  assert.ok(router.snapshot().gauges.buffered_bytes < 2 * 1024 * 1024);
  slow.socket.resume();
  assert.equal((await slow.response()).content.length, size);
});

test('interim responses, trailers, HEAD and empty answers', async (t) => {
  const pod = await h2cPod(t, (stream, fields) => {
    const path = fields[fields.indexOf(':path') + 1];
    if (path === '/hints') stream.additionalHeaders({ ':status': 103, link: '</a>' });
    if (path === '/empty') return stream.respond({ ':status': 200, 'x-only': 'head' }, { endStream: true });
    if (path === '/none') return stream.respond({ ':status': 204 }, { endStream: true });
    stream.respond({ ':status': 200, 'content-length': 2 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7', 'content-type': 'no' }));
    stream.end(fields.includes('HEAD') ? undefined : 'ok');
  });
  const router = await routed(t, [pod.port]);
  using client = await RawClient.connect(router.port);
  assert.equal((await client.exchange(get('/hints'))).status, 103);
  assert.equal((await client.response()).text, 'ok');
  const empty = await client.exchange(get('/empty'));
  assert.equal(`${empty.value('x-only')} ${empty.text}`, 'head ');
  assert.equal((await client.exchange(get('/none'))).status, 204);
  const bare = await client.exchange(head('HEAD / HTTP/1.1', 'Host: t.local'), 'HEAD');
  assert.equal(bare.value('content-length'), '2');
  const withTrailers = await client.exchange(get('/trailers', 'TE: trailers', 'Connection: TE'));
  assert.equal(withTrailers.text, 'ok');
});

test('trailers reach a client that requests them, without fields that are not allowed there (GR-10)', async (t) => {
  const pod = await h2cPod(t, (stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7', 'content-type': 'no' }));
    stream.end('ok');
  });
  const router = await routed(t, [pod.port]);
  using client = await RawClient.connect(router.port);
  void client.send(get('/', 'TE: trailers', 'Connection: TE, close'));
  const { received } = await client.closed();
  assert.match(received.toString('latin1'), /\r\n2\r\nok\r\n0\r\nx-sum: 7\r\n\r\n$/);
});

interface Fault {
  readonly name: string;
  readonly pod: Handler;
  readonly settings?: http2.Settings;
  readonly router?: SettingsOverrides;
  readonly request?: string;
  /** Status and reason. `cut`: the response is truncated. */
  readonly expected: string;
}

const begin = (stream: ServerHttp2Stream, fields: http2.OutgoingHttpHeaders = {}): void => {
  stream.respond({ ':status': 200, ...fields });
  stream.write('part');
};

const FAULTS: readonly Fault[] = [
  {
    name: 'resets before its response',
    pod: (it) => it.close(http2.constants.NGHTTP2_INTERNAL_ERROR),
    expected: '502 upstream-reset',
  },
  {
    name: 'resets a POST before its response',
    pod: (it) => it.close(8),
    request: post('/', 'x'),
    expected: '502 upstream-reset',
  },
  {
    name: 'ends its connection before its response',
    pod: (it) => it.session?.socket.destroy(),
    expected: '502 upstream-reset',
  },
  {
    name: 'sends no byte',
    pod: () => undefined,
    router: { responseHeadTimeout: 200 },
    expected: '504 response-timeout',
  },
  {
    name: 'resets within its response',
    pod: (it) => {
      begin(it);
      setImmediate(() => it.destroy(new Error('broken')));
    },
    expected: 'cut',
  },
  {
    name: 'ends its connection within its response',
    pod: (it) => {
      begin(it);
      setImmediate(() => it.session?.socket.destroy());
    },
    expected: 'cut',
  },
  {
    name: 'resets with no error before the length that it announced',
    pod: (it) => {
      begin(it, { 'content-length': 10 });
      setTimeout(() => it.close(0), 20);
    },
    expected: 'cut',
  },
  {
    name: 'resets a call of gRPC with no error before its trailers',
    pod: (it) => {
      begin(it, { 'content-type': 'application/grpc+proto' });
      setTimeout(() => it.close(0), 20);
    },
    expected: 'cut',
  },
  {
    name: 'sends more interim responses than are allowed',
    pod: (it) => {
      for (let at = 0; at < 5; at++) it.additionalHeaders({ ':status': 103 });
    },
    router: { maxInterimResponses: 4 },
    expected: '502 too-many-interim-responses',
  },
  {
    name: 'accepts no stream',
    pod: hello,
    settings: { maxConcurrentStreams: 0 },
    router: { connectTimeout: 200 },
    expected: '504 connect-timeout',
  },
  {
    name: 'refuses every stream',
    pod: (it) => it.close(http2.constants.NGHTTP2_REFUSED_STREAM),
    request: post('/', 'x'),
    expected: '503 stream-refused',
  },
];

for (const {
  name,
  pod: handler,
  settings = {},
  router: overrides = {},
  request = get('/'),
  expected,
} of FAULTS) {
  test(`a pod that ${name}: ${expected} (GR-04)`, async (t) => {
    const pod = await h2cPod(t, handler, settings);
    const router = await routed(t, [pod.port], overrides);
    if (expected !== 'cut') assert.equal(reasonOf(await final(router, request)), expected);
    else {
      using client = await RawClient.connect(router.port);
      void client.send(request);
      const { received } = await client.closed();
      assert.ok(
        !received.toString('latin1').endsWith('0\r\n\r\n') && received.includes('part'),
        received.toString(),
      );
    }
    const { gauges } = router.snapshot();
    assert.equal(gauges.exchanges_in_flight, 0);
  });
}

test('a request for a pod without HTTP/2 goes to a pod with HTTP/2, even a POST (GR-11)', async (t) => {
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const pod = await h2cPod(t, echo);
  const router = await routed(t, [(server.address() as AddressInfo).port, pod.port]);
  for (let at = 0; at < 3; at++) assert.equal((await ask(router, post('/', 'body'))).text, 'body');
  assert.equal(router.log.filter(({ reason }) => reason !== '').length, 0);
});

test('a request whose stream a pod refuses goes to another pod with its body (GR-04)', async (t) => {
  const refusing = await h2cPod(t, (it) => it.close(http2.constants.NGHTTP2_REFUSED_STREAM));
  const pod = await h2cPod(t, echo);
  const router = await routed(t, [refusing.port, pod.port]);
  for (let at = 0; at < 4; at++) assert.equal((await ask(router, post('/', 'body'))).text, 'body');
  assert.ok(refusing.requests.length > 0);
});

test('no request is lost when a single pod ends its connections in turn', async (t) => {
  let count = 0;
  const pod = await h2cPod(t, (stream, fields, { sessions }) => {
    count += 1;
    if (count % 10 === 0) sessions.at(-1)?.close();
    echo(stream, fields, pod);
  });
  const router = await routed(t, [pod.port], { maxConnections: 2_000 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.connect(router.port)));
  const texts = await Promise.all(
    clients.map(async (client, at) => {
      const own: string[] = [];
      for (let turn = 0; turn < 25; turn++)
        own.push((await client.exchange(post('/', `${at} ${turn}`))).text);
      client[Symbol.dispose]();
      return own;
    }),
  );
  assert.deepEqual(
    texts,
    texts.map((_, at) => Array.from({ length: 25 }, (__, turn) => `${at} ${turn}`)),
  );
  assert.ok(pod.sessions.length > 10, `${pod.sessions.length} connections`);
});

test('an early response ends its upload, and the connection to the pod stays open (GR-06)', async (t) => {
  const pod = await h2cPod(t, (stream) => {
    stream.respond({ ':status': 413 });
    stream.end('too large');
  });
  const router = await routed(t, [pod.port]);
  using client = await RawClient.connect(router.port);
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Content-Length: 1000000'));
  void client.send('x'.repeat(1_000));
  assert.equal((await client.response()).status, 413);
  assert.equal((await ask(router)).status, 413);
  assert.equal(pod.sessions.length, 1);
});

test('a client that disconnects frees its pod at once', async (t) => {
  const aborted = Promise.withResolvers<number | undefined>();
  const pod = await h2cPod(t, (stream) => {
    begin(stream);
    stream.on('close', () => aborted.resolve(stream.rstCode));
  });
  const router = await routed(t, [pod.port]);
  using client = await RawClient.connect(router.port);
  void client.send(get('/'));
  await client.head();
  client.reset();
  assert.equal(await aborted.promise, http2.constants.NGHTTP2_CANCEL);
});

test('a truncated upload never looks complete to the pod (GR-12)', async (t) => {
  const closed = Promise.withResolvers<string>();
  const pod = await h2cPod(t, (stream) => {
    let wasWhole = false;
    stream.resume();
    stream.on('end', () => {
      wasWhole = !stream.aborted;
    });
    stream.on('close', () => closed.resolve(`${wasWhole ? 'whole' : 'cut'} ${stream.rstCode}`));
  });
  const router = await routed(t, [pod.port]);
  using client = await RawClient.connect(router.port);
  void client.send(head('POST / HTTP/1.1', 'Host: t.local', 'Transfer-Encoding: chunked') + '4\r\npart\r\n');
  while (pod.requests.length === 0) await new Promise((done) => setTimeout(done, 5));
  client.reset();
  assert.equal(await closed.promise, `cut ${http2.constants.NGHTTP2_CANCEL}`);
});

test('a POST that a pod first refused and then received is not sent again (GR-13)', async (t) => {
  const bodies: string[] = [];
  const pod = await h2cPod(t, (stream, _, { requests }) => {
    if (requests.length === 1) return stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
    stream.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
    stream.on('end', () => stream.session?.destroy());
  });
  const router = await routed(t, [pod.port]);
  assert.equal(reasonOf(await ask(router, post('/', 'pay'))), '502 upstream-reset');
  assert.deepEqual(bodies, ['pay']);
});

test('repeated fields of a client reach the pod unchanged (GR-14)', async (t) => {
  const pod = await h2cPod(t, hello);
  const router = await routed(t, [pod.port]);
  const twice = [
    'Referer: a',
    'Referer: b',
    'User-Agent: a',
    'User-Agent: b',
    'Constructor: c',
    '__proto__: d',
  ];
  assert.equal((await ask(router, get('/', ...twice))).text, 'hello');
  const [fields = []] = pod.requests;
  for (const [name, count] of Object.entries({ referer: 2, 'user-agent': 2, constructor: 1 }))
    assert.equal(fields.filter((it) => it === name).length, count, name);
  assert.ok(fields.includes('__proto__'));
});

test('a connection on which the pod sends no SETTINGS in time is replaced (GR-15)', async (t) => {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    sockets.push(socket.on('error', () => undefined).resume());
    if (sockets.length > 1) server.emit('speaks', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const speaking = http2.createServer().on('stream', (stream: ServerHttp2Stream) => {
    stream.respond();
    stream.end('hello');
  });
  server.on('speaks', (socket: net.Socket) => speaking.emit('connection', socket));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const router = await routed(t, [(server.address() as AddressInfo).port], { connectTimeout: 200 });
  assert.equal(reasonOf(await ask(router)), '504 connect-timeout');
  await once(sockets[0] as net.Socket, 'close');
  assert.equal((await ask(router)).text, 'hello');
});

test('idle connections are closed, and a drain closes all connections', async (t) => {
  const pod = await h2cPod(t, hello);
  const router = await routed(t, [pod.port], { upstreamKeepaliveTimeout: 100 });
  assert.equal((await ask(router)).text, 'hello');
  await once(pod.sessions[0] as ServerHttp2Session, 'close');
  assert.equal((await ask(router)).text, 'hello');
  assert.equal(pod.sessions.length, 2);
  await router.drain();
  assert.equal(router.snapshot().gauges.upstream_connections, 0);
});

test('a pod that sends GOAWAY and never closes its connection delays no other request (GR-17)', async (t) => {
  const sockets: net.Socket[] = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    // SETTINGS; then HEADERS with 204, which end stream 1, and GOAWAY after it.
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    socket.on('data', (chunk: Buffer) => {
      // GET, by its number in HPACK.
      if (!chunk.includes(0x82)) return;
      socket.write(Buffer.from([0, 0, 1, 1, 5, 0, 0, 0, 1, 0x89]));
      socket.write(Buffer.from([0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const router = await routed(t, [(server.address() as AddressInfo).port]);
  assert.equal((await ask(router)).status, 204);
  await router.drain();
  assert.equal(router.snapshot().gauges.upstream_connections, 0);
});

test('an HTTP/2 pod cannot open a WebSocket, regardless of its answer to the handshake (GR-16)', async (t) => {
  const pod = await h2cPod(t, (stream, fields) => {
    stream.respond({ ':status': fields.includes('/no') ? 403 : 200 });
    stream.end('hello');
  });
  const router = await routed(t, [pod.port], { http2Plain: true });
  const session = http2.connect(`http://127.0.0.1:${router.port}`);
  session.on('error', () => undefined);
  await once(session, 'remoteSettings');
  const statuses: unknown[] = [];
  for (const path of ['/', '/no']) {
    const stream = session.request({
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':authority': 't.local',
      ':scheme': 'http',
      ':path': path,
      'sec-websocket-version': '13',
    });
    const [fields] = (await once(stream.resume(), 'response')) as [http2.IncomingHttpHeaders];
    statuses.push(`${String(fields[':status'])} ${String(fields['x-podway-reason'])}`);
  }
  session.destroy();
  assert.deepEqual(statuses, ['502 bad-upgrade-response', '403 undefined']);
});

test('an HTTP/2 pod gets a WebSocket handshake as a plain request', async (t) => {
  const pod = await h2cPod(t, hello);
  const router = await routed(t, [pod.port]);
  const fields = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  ];
  assert.equal((await ask(router, get('/', ...fields))).text, 'hello');
  assert.ok(!pod.requests[0]?.some((it) => it === 'upgrade' || it === 'sec-websocket-key'));
});

test('an HTTP/2 pod gets the rewritten prefix and host, and its response is rewritten', async (t) => {
  const pod = await h2cPod(t, (stream) => {
    stream.respond({ ':status': 302, location: '/login', 'set-cookie': 'a=b; Path=/x' });
    stream.end();
  });
  const paths = `${pod.port}:/api proto=h2c strip host=internal.example.com`;
  const pods = [podManifest({ name: 'web', hosts: 't.local', paths, port: pod.port })];
  const router = await startRouter({ pods, secrets: [] });
  t.after(() => router.close());
  const response = await ask(router, get('/api/x?y=/api', 'X.Forwarded.Prefix: /evil'));
  assert.equal(response.value('location'), '/api/login');
  assert.equal(response.value('set-cookie'), 'a=b; Path=/api/x');
  const fields = pod.requests[0]!;
  const valuesOf = (name: RegExp) => fields.filter((_, at) => at % 2 === 1 && name.test(fields[at - 1]!));
  assert.deepEqual(valuesOf(/^:path$/), ['/x?y=/api']);
  assert.deepEqual(valuesOf(/^:authority$/), ['internal.example.com']);
  assert.deepEqual(valuesOf(/forwarded.prefix/), ['/api']);
  assert.deepEqual(valuesOf(/^x-forwarded-host$/), ['t.local']);
});
