import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { forwarded, get, head, post } from '../fixtures/check.ts';
import { checkConversations, GONE, relayed, sees } from '../fixtures/conversation.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok } from '../fixtures/origin.ts';
import { PythonPod, skipWithoutPython } from '../fixtures/python-pod.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { skipWithoutUwsgi, startUwsgi } from '../fixtures/uwsgi-pod.ts';

/** Idle connections are kept longer than any client of these tests waits. */
const longTimeouts = { upstreamKeepaliveTimeout: 60_000, responseHeadTimeout: 60_000 };

/** Answers with the path, for some paths after a pause, and reads every body. */
const HANDLER = `
    def do_GET(self):
        if self.path.startswith('/slow'):
            time.sleep(0.1)
        self.answer(self.path.encode())
    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers['Content-Length'])))
`;

async function sceneWith(port: number): Promise<Scene> {
  const scene = await startScene({ pods: [], settings: longTimeouts });
  scene.router.applyPod(podManifest({ name: 'single', hosts: 't.local 127.0.0.1', paths: '/', port }));
  return scene;
}

/** Idle connections, then requests at the same time, of which all but one wait in the pod's backlog. */
async function crowd(scene: Scene): Promise<void> {
  const answers = Array.from({ length: 4 }, async (_, index) => {
    const target = `/${index === 0 ? 'slow' : 'page'}-${index}`;
    assert.equal((await scene.exchange(get(target))).text, target);
  });
  await Promise.all(answers);
}

test('Python HTTPServer on HTTP/1.1: idle connections do not block waiting ones', {
  skip: skipWithoutPython,
}, async () => {
  await using pod = await PythonPod.start('HTTPServer', HANDLER);
  await using scene = await sceneWith(pod.port);
  await crowd(scene);
});

test('uWSGI on http11-socket: idle connections do not block waiting ones', {
  skip: skipWithoutUwsgi,
}, async () => {
  await using pod = await startUwsgi();
  await using scene = await sceneWith(pod.port);
  await crowd(scene);
});

const skipWithoutCurl = spawnSync('curl', ['--version']).status === 0 ? false : 'no curl on this machine';

test('successive uploads use one connection, although the event loop is idle between them', {
  skip: skipWithoutPython || skipWithoutCurl,
}, async () => {
  await using pod = await PythonPod.start('HTTPServer', HANDLER);
  await using scene = await sceneWith(pod.port);
  const urls = Array.from({ length: 10 }, () => `http://127.0.0.1:${scene.router.port}/`);
  const { stdout } = await promisify(execFile)('curl', ['--silent', '--data', 'body', ...urls]);
  assert.equal(stdout, 'body'.repeat(10));
  const large = 'x'.repeat(100_000);
  using client = await scene.client();
  assert.equal((await client.exchange(post('/', large))).text, large);
  const { scalars } = scene.router.snapshot();
  assert.equal(scalars.upstream_connections_opened, 1);
  assert.equal(scalars.upstream_connections_reused, 10);
});

test('an idle connection is closed while a fresh one waits, and a connection that is released in the meantime is not kept', async () => {
  const busy = Promise.withResolvers<void>();
  const waits = Promise.withResolvers<void>();
  await using scene = await startScene({ pods: [{ name: 'a' }], settings: longTimeouts });
  const pod = scene.origin('a');
  pod.answer = async (request) => {
    if (request.target === '/busy') await busy.promise;
    if (request.target === '/waits') await waits.promise;
    request.connection.socket.write(ok(request.target));
  };
  using first = await scene.client();
  using second = await scene.client();
  void first.send(get('/busy'));
  await pod.request(0);
  void second.send(get('/waits'));
  await pod.request(1);
  busy.resolve();
  assert.equal((await first.response()).text, '/busy');
  await pod.connections[0]?.closed();
  assert.equal((await first.exchange(get('/meanwhile'))).text, '/meanwhile');
  await pod.connections[2]?.closed();
  waits.resolve();
  assert.equal((await second.response()).text, '/waits');
  assert.equal((await first.exchange(get('/later'))).text, '/later');
  assert.equal(pod.connections.length, 3, 'the connection that waited is kept');
});

test('a slow pod that serves many at once keeps its connections, even if all requests wait from the first one on', async () => {
  await using scene = await startScene({ pods: [{ name: 'a' }], settings: longTimeouts });
  scene.origin('a').answer = async (request) => {
    await sleep(60);
    request.connection.socket.write(ok(request.target));
  };
  const clients = await Promise.all(Array.from({ length: 10 }, () => scene.client()));
  for (let round = 0; round < 10; round += 1) {
    const answers = await Promise.all(clients.map((client) => client.exchange(get(`/${round}`))));
    for (const { text } of answers) assert.equal(text, `/${round}`);
  }
  const { upstream_connections_opened: opened } = scene.router.snapshot().scalars;
  assert.ok(opened <= 50, `${opened} connections for 100 requests`);
});

const none = [{ upstreamIdleConnections: 0 }, { upstreamKeepaliveTimeout: 0 }] as const;

await checkConversations(
  'if no connection may be idle, podway keeps no connection, and the pod gets Connection: close',
  none.flatMap((settings) => [
    {
      name: `${JSON.stringify(settings)}, regardless of the Keep-Alive of the pod`,
      pods: { o1: { scripts: [[ok('first', 'Keep-Alive: timeout=60'), GONE]] } },
      client: [get('/'), sees(relayed('200 OK', ['Date: <date>', 'Content-Length: 5'], 'first'))],
      upstream: { o1: [forwarded('GET /', ['Host: t.local', 'Connection: close'])] },
      settings,
      after: 'kept',
    },
    {
      name: `${JSON.stringify(settings)}, with TE`,
      pods: { o1: { scripts: [[ok('first'), GONE]] } },
      client: [
        get('/', 'TE: trailers', 'Connection: TE'),
        sees(relayed('200 OK', ['Date: <date>', 'Content-Length: 5'], 'first')),
      ],
      upstream: { o1: [forwarded('GET /', ['Host: t.local', 'Connection: close, TE', 'TE: trailers'])] },
      settings,
      after: 'kept',
    },
    {
      name: `${JSON.stringify(settings)}, HEAD`,
      pods: { o1: { scripts: [['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', GONE]] } },
      client: [
        head('HEAD / HTTP/1.1', 'Host: t.local'),
        sees(relayed('200 OK', ['Date: <date>', 'Content-Length: 5'])),
      ],
      upstream: { o1: [forwarded('HEAD /', ['Host: t.local', 'Connection: close'])] },
      settings,
      after: 'kept',
    },
  ]),
);
