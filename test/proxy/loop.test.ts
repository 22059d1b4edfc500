/** A request that returns to the same route is answered 508. Chains of different podways or routes are not loops. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { nginxMissing, startNginx } from '../fixtures/nginx.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

/** A podway that is its own client must keep no connection to itself during a drain. */
const BRIEF = { upstreamKeepaliveTimeout: 20 };

function route(scene: Scene, port: number, hosts = 't.local', paths = '/'): void {
  scene.router.applyPod(podManifest({ name: `pod-${hosts}`, hosts, paths, port }));
}

/**
 * A pod that forwards every request to `port`, with all fields, for the host that `hostOf` derives from the request's, and to the path
 * of `pathOf`. If there is no path it answers itself.
 */
async function gateway(
  port: () => number,
  hostOf = (host: string) => host,
  pathOf = ({ url }: IncomingMessage): string | undefined => url,
): Promise<Server & { asked: number }> {
  const server = Object.assign(createServer(), { asked: 0 });
  server.on('request', (incoming, answer) => {
    server.asked += 1;
    const headers = { ...incoming.headers, host: hostOf(incoming.headers.host ?? '') };
    const { method } = incoming;
    const path = pathOf(incoming);
    if (path === undefined) {
      answer.end(`at ${incoming.url}`);
      return;
    }
    const onward = request({ host: '127.0.0.1', port: port(), method, path, headers, agent: false });
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function checkLoop(scene: Scene): Promise<void> {
  const { status, text } = await scene.exchange(get('/'));
  assert.deepEqual([status, text], [508, '508 Loop Detected: loop\n']);
}

test('a pod whose address is that of podway itself', async () => {
  await using scene = await startScene({ pods: [], settings: BRIEF });
  route(scene, scene.router.port);
  await checkLoop(scene);
  assert.equal(scene.router.log.length, 3, 'the request returned twice');
});

test('a pod that sends every request back to podway gets the request twice', async () => {
  await using scene = await startScene({ pods: [], settings: BRIEF });
  const pod = await gateway(() => scene.router.port);
  try {
    route(scene, portOf(pod));
    await checkLoop(scene);
    assert.equal(pod.asked, 2);
  } finally {
    await closed(pod);
  }
});

test('two podways that point to each other, or eight in a ring', async () => {
  // With two podways the request passes twice. Eight hops are the maximum.
  for (const [count, rounds] of [
    [2, 2],
    [8, 1],
  ] as const) {
    const scenes = await Promise.all(
      Array.from({ length: count }, (_, at) =>
        startScene({ pods: [], settings: { ...BRIEF, instance: `p${at}` } }),
      ),
    );
    try {
      for (const [at, scene] of scenes.entries())
        route(scene, (scenes[(at + 1) % count] as Scene).router.port);
      await checkLoop(scenes[0] as Scene);
      const passed = scenes.map(({ router }) => router.log.length);
      assert.deepEqual(passed, [rounds + 1, ...Array.from({ length: count - 1 }, () => rounds)]);
    } finally {
      for (const scene of scenes) await scene[Symbol.asyncDispose]();
    }
  }
});

test('a loop through more podways than the maximum of hops ends, too', async () => {
  const scenes = await Promise.all(
    Array.from({ length: 10 }, (_, at) =>
      startScene({ pods: [], settings: { ...BRIEF, instance: `p${at}` } }),
    ),
  );
  try {
    for (const [at, scene] of scenes.entries()) route(scene, (scenes[(at + 1) % 10] as Scene).router.port);
    await checkLoop(scenes[0] as Scene);
    assert.deepEqual(
      scenes.map(({ router }) => router.log.length),
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 0],
    );
  } finally {
    for (const scene of scenes) await scene[Symbol.asyncDispose]();
  }
});

test('two different podways in a row are a chain', async () => {
  await using inner = await startScene({ pods: [{ name: 'o1' }], settings: { ...BRIEF, instance: 'inner' } });
  await using outer = await startScene({ pods: [], settings: { ...BRIEF, instance: 'outer' } });
  route(outer, inner.router.port);
  assert.equal((await outer.exchange(get('/x'))).text, 'o1 GET /x');
  const [hops = ''] = inner.origin('o1').requests[0]?.values('x-podway-hops') ?? [];
  assert.match(hops, /^outer\/([0-9a-f]{8}), inner\/\1$/, 'a route has the same name in all podways');
});

test('a gateway that podway routes may call another host, or another path, of the same podway', async () => {
  await using scene = await startScene({
    pods: [
      { name: 'o1', hosts: 'backend.local' },
      { name: 'o2', paths: '/api' },
    ],
  });
  const pod = await gateway(
    () => scene.router.port,
    (host) => (host === 't.local' ? 'backend.local' : host),
  );
  try {
    route(scene, portOf(pod));
    assert.equal((await scene.exchange(get('/x'))).text, 'o1 GET /x');
    assert.equal(pod.asked, 1);
  } finally {
    await closed(pod);
  }
});

test('a pod may request another path of its own host, with all fields that it got', async () => {
  await using scene = await startScene({ pods: [], settings: BRIEF });
  const pod = await gateway(
    () => scene.router.port,
    (host) => host,
    ({ url }) => (url === '/v1' ? '/v2' : undefined),
  );
  try {
    route(scene, portOf(pod));
    const { status, text } = await scene.exchange(get('/v1'));
    assert.deepEqual([status, text], [200, 'at /v2']);
  } finally {
    await closed(pod);
  }
});

test('hops that a client claims affect only that client', async () => {
  await using scene = await startScene({ pods: [{ name: 'o1' }] });
  const status = async (hops: string) => (await scene.exchange(get('/', `X-Podway-Hops: ${hops}`))).status;
  await scene.exchange(get('/'));
  const [own = ''] = scene.origin('o1').requests[0]?.values('x-podway-hops') ?? [];
  assert.equal(await status(own), 200);
  assert.equal(await status(`${own},${own}`), 508);
  assert.equal(await status(`a/1, ${own} ,b/2,${own}`), 508);
  assert.equal(await status('a, b, c, d, e, f, g, h'), 508);
  assert.equal(await status('a, b, c, d, e, f, g'), 200);
  assert.equal(await status(''), 200);
  assert.equal(await status(`x${own}`), 200);
  assert.equal((await scene.exchange(get('/'))).status, 200);
});

test('nginx as a pod: a loop is detected, and responses are still compressed', {
  skip: nginxMissing ?? false,
}, async () => {
  await using scene = await startScene({ pods: [], settings: BRIEF });
  const back = `location / { proxy_pass http://127.0.0.1:${scene.router.port}; proxy_set_header Host $http_host; }`;
  const page = `gzip on; default_type text/html; location / { return 200 '${'x'.repeat(100)}'; }`;
  await using nginx = await startNginx(back, page);
  const [backPort = 0, pagePort = 0] = nginx.ports;
  route(scene, backPort);
  route(scene, pagePort, 'zip.local');
  await checkLoop(scene);
  const answer = await scene.exchange(get('/', 'Accept-Encoding: gzip').replace('t.local', 'zip.local'));
  assert.equal(answer.value('content-encoding'), 'gzip');
});
