import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { json } from '../../src/admin/answers.ts';
import type { OperatorPages, StreamEvent } from '../../src/operator/operator-answers.ts';
import type { Asked } from '../../src/operator/asked.ts';
import type { OperatorAccess } from '../../src/operator/refusal.ts';
import { createOperatorServer } from '../../src/operator/server.ts';
import { OperatorToken } from '../../src/operator/token.ts';

const OPEN: OperatorAccess = { hosts: new Set(['ops.example.com']), token: undefined };
const TOKEN = 'a-token-of-32-characters-a-token';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A listener with one page of each kind. */
class Scene implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly errors: unknown[] = [];
  /** Of the streams that are open. */
  readonly senders: ((event: StreamEvent) => void)[] = [];
  readonly signals: AbortSignal[] = [];
  readonly #server;

  private constructor(access: OperatorAccess) {
    const pages: OperatorPages = {
      pages: {
        '/data': ({ query }) => json(200, { of: query.get('host') }),
        '/throws': () => {
          throw new Error('secret');
        },
        '/events': () => ({
          kind: 'stream',
          run: (send, signal) => {
            this.senders.push(send);
            this.signals.push(signal);
            return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
          },
        }),
      },
      files: { '/': { contentType: 'text/html; charset=utf-8', body: '<title>podway</title>' } },
    };
    this.#server = createOperatorServer(pages, {
      access,
      streams: 16,
      connections: 64,
      onError: (error) => this.errors.push(error),
      audited: (asked) => this.asked.push(asked),
    });
  }

  static async start(access: Partial<OperatorAccess> = {}): Promise<Scene> {
    const scene = new Scene({ ...OPEN, ...access });
    scene.#server.listen(0, '127.0.0.1');
    await once(scene.#server, 'listening');
    return scene;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request(
        { port: this.port, host: '127.0.0.1', path, method, headers, agent: false },
        (reply) => {
          let body = '';
          reply.setEncoding('utf8');
          reply.on('data', (text: string) => (body += text));
          reply.on('end', () => resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body }));
          reply.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

interface Attack {
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
  readonly status: number;
}

/** As a browser sends it that follows a link of another page. */
const LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

const ATTACKS: readonly Attack[] = [
  {
    name: 'a name of a stranger that leads here (DNS rebinding)',
    headers: { host: 'evil.example' },
    status: 403,
  },
  { name: 'the same with a port', headers: { host: 'evil.example:9091' }, status: 403 },
  { name: 'a script of another origin', headers: { 'sec-fetch-site': 'cross-site' }, status: 403 },
  { name: 'a page of a sibling host', headers: { 'sec-fetch-site': 'same-site' }, status: 403 },
  { name: 'a fetch of another origin', headers: { origin: 'https://evil.example' }, status: 403 },
  { name: 'a page in a sandbox', headers: { origin: 'null' }, status: 403 },
  { name: 'a link of another page to data', headers: LINK, status: 403 },
  {
    name: 'a frame of another page',
    headers: { ...LINK, 'sec-fetch-dest': 'iframe' },
    path: '/',
    status: 403,
  },
  {
    name: 'a file as a script of another page',
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' },
    path: '/',
    status: 403,
  },
  {
    name: 'a link to a file by a name of a stranger',
    headers: { ...LINK, host: 'evil.example' },
    path: '/',
    status: 403,
  },
  { name: 'a form', method: 'POST', status: 405 },
  { name: 'DELETE', method: 'DELETE', status: 405 },
  { name: 'a page that is in the prototype of objects', path: '/constructor', status: 404 },
  { name: 'a path that is none', path: '//evil.example/', status: 404 },
  { name: 'a page that fails', path: '/throws', status: 500 },
];

test('a link of another page opens the dashboard', async () => {
  await using scene = await Scene.start();
  assert.equal((await scene.ask('/', LINK)).status, 200);
});

for (const { name, headers, method, path = '/data', status } of ATTACKS) {
  test(`refused: ${name} (EX-04)`, async () => {
    await using scene = await Scene.start();
    const reply = await scene.ask(path, headers, method);
    assert.equal(reply.status, status);
    assert.match(reply.body, /"error"/);
    assert.doesNotMatch(reply.body, /secret/);
  });
}

const ASKERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'by address': { host: '127.0.0.1:9091' },
  'by localhost': { host: 'localhost:9091' },
  'by the name of a Service': { host: 'podway.edge.svc' },
  'by a name of OPERATOR_HOSTS': { host: 'ops.example.com' },
  'from its own page': {
    'sec-fetch-site': 'same-origin',
    origin: 'http://127.0.0.1:9091',
    host: '127.0.0.1:9091',
  },
  'from the address bar': { 'sec-fetch-site': 'none' },
};

for (const [name, headers] of Object.entries(ASKERS)) {
  test(`answered: ${name}`, async () => {
    await using scene = await Scene.start();
    const reply = await scene.ask('/data?host=a', headers);
    assert.deepEqual([reply.status, JSON.parse(reply.body)], [200, { of: 'a' }]);
  });
}

test('every answer may load nothing from elsewhere, and is in no frame and no cache', async () => {
  await using scene = await Scene.start();
  for (const path of ['/', '/data', '/nothing', '/throws']) {
    const { headers } = await scene.ask(path);
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/);
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
    assert.deepEqual(
      [headers['cross-origin-resource-policy'], headers['x-content-type-options'], headers['cache-control']],
      ['same-origin', 'nosniff', 'no-store'],
    );
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('with a token it is asked for, but for files of the page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-test-'));
  const file = join(folder, 'token');
  await writeFile(file, `${TOKEN}\n`);
  await using scene = await Scene.start({ token: new OperatorToken(file) });
  const status = async (path: string, authorization?: string) =>
    (await scene.ask(path, authorization === undefined ? {} : { authorization })).status;

  assert.equal(await status('/'), 200);
  assert.equal(await status('/data'), 401);
  assert.equal(await status(`/data?token=${TOKEN}`), 400);
  assert.equal(await status('/data', `Bearer ${TOKEN.slice(1)}`), 401);
  assert.equal(await status('/data', `Bearer ${TOKEN}x`), 401);
  assert.equal(await status('/data', `Basic ${TOKEN}`), 401);
  assert.equal(await status('/nothing'), 401);
  assert.equal(await status('/data', `Bearer ${TOKEN}`), 200);
  assert.equal((await scene.ask('/data')).headers['www-authenticate'], 'Bearer');

  await writeFile(file, 'another-token-of-32-characters--');
  assert.equal(await status('/data', `Bearer ${TOKEN}`), 401);
  assert.equal(await status('/data', 'Bearer another-token-of-32-characters--'), 200);

  // It fails closed, a token that is too short included.
  for (const text of ['', 'short', 'two words of a token']) {
    await writeFile(file, text);
    assert.equal(await status('/data', `Bearer ${text}`), 503);
  }
  await rm(folder, { recursive: true });
  assert.equal(await status('/data', `Bearer ${TOKEN}`), 503);
});

/** Opens a stream; resolves when its head is there. */
async function openStream(port: number) {
  const sent = get({ host: '127.0.0.1', port, path: '/events', agent: false });
  const [reply] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  reply.on('error', () => undefined);
  sent.on('error', () => undefined);
  return { sent, reply };
}

test('events arrive one by one, each on a line of JSON', async () => {
  await using scene = await Scene.start();
  const { sent, reply } = await openStream(scene.port);
  reply.setEncoding('utf8');
  assert.equal(reply.headers['content-type'], 'text/event-stream; charset=utf-8');
  let text = '';
  reply.on('data', (some: string) => (text += some));
  scene.senders[0]?.({ event: 'answer', id: '7', data: { path: '/a\nevent: forged\n\n' } });
  while (!text.includes('forged')) await once(reply, 'data');
  assert.equal(text, ': podway\n\nid: 7\nevent: answer\ndata: {"path":"/a\\nevent: forged\\n\\n"}\n\n');
  sent.destroy();
  await new Promise<void>((resolve) => scene.signals[0]?.addEventListener('abort', () => resolve()));
});

test('the 17th stream is refused until one has ended (EX-05)', async () => {
  await using scene = await Scene.start();
  const streams = await Promise.all(Array.from({ length: 16 }, () => openStream(scene.port)));
  const refused = await scene.ask('/events');
  assert.deepEqual([refused.status, refused.headers['retry-after']], [503, '1']);
  assert.equal((await scene.ask('/data')).status, 200);
  streams[0]?.sent.destroy();
  const [first] = scene.signals;
  if (first?.aborted === false) await once(first, 'abort');
  const { reply } = await openStream(scene.port);
  assert.equal(reply.statusCode, 200);
});

test('a reader that takes nothing is ended, and no event waits for it (EX-05)', async () => {
  await using scene = await Scene.start();
  const socket = connect(scene.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(socket, 'data');
  socket.pause();
  const [signal] = scene.signals;
  assert.ok(signal);
  const data = 'x'.repeat(64 * 1024);
  for (let sent = 0; !signal.aborted && sent < 10_000; sent++) {
    scene.senders[0]?.({ event: 'more', data });
    await new Promise(setImmediate);
  }
  assert.ok(signal.aborted);
  socket.destroy();
});

test('what is asked is told, once it is answered', async () => {
  await using scene = await Scene.start();
  await scene.ask('/data?host=a.example.com', { authorization: 'Bearer secret' });
  await scene.ask('/data', { host: 'evil.example' });
  assert.deepEqual(
    scene.asked.map(({ peer, path, about, status }) => [peer, path, about, status]),
    [
      ['127.0.0.1', '/data', { host: 'a.example.com' }, 200],
      ['127.0.0.1', '/data', {}, 403],
    ],
  );
  assert.doesNotMatch(JSON.stringify(scene.asked), /secret/);
});
