import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { base64 } from '../fixtures/manifest.ts';
import { ok, type OriginRequest } from '../fixtures/origin.ts';
import { type Scene, startScene } from '../fixtures/scene.ts';
import { Chromium, chromiumMissing } from '../terminal/chromium.ts';

interface FetchCase {
  readonly name: string;
  readonly path: string;
  /** The second argument of `fetch`. */
  readonly init?: RequestInit;
  /** The status and the pod's name that the page reads; "nothing" if the browser does not let it read the answer. */
  readonly seen: string;
  /** The methods of the requests that reach a pod. */
  readonly asked?: readonly string[];
}

const KEY = { 'X-Routing-Api-Key': base64('secret') };
const PUT = { method: 'PUT', body: 'x', headers: { 'X-Other': '1' } };

const CASES: readonly FetchCase[] = [
  { name: 'a simple request', path: '/open', seen: '200 open', asked: ['GET'] },
  {
    name: 'a request that needs a preflight',
    path: '/open',
    init: PUT,
    seen: '200 open',
    asked: ['PUT'],
  },
  { name: 'below a wildcard', path: '/below', init: PUT, seen: '200 below', asked: ['PUT'] },
  { name: 'all origins', path: '/all', init: PUT, seen: '200 all', asked: ['PUT'] },
  { name: 'with a key', path: '/keyed', init: { headers: KEY }, seen: '200 keyed', asked: ['GET'] },
  { name: 'without the key', path: '/keyed', init: PUT, seen: '403 ' },
  { name: 'without a ready pod', path: '/idle', init: PUT, seen: '503 ' },
  {
    name: 'with cookies',
    path: '/login',
    init: { ...PUT, credentials: 'include' },
    seen: '200 login',
    asked: ['PUT'],
  },
  // Every page, like every other client, can send a simple request to a pod, but the browser hides the answer.
  {
    name: 'cookies where they are not allowed',
    path: '/open',
    init: { credentials: 'include' },
    seen: 'nothing',
    asked: ['GET'],
  },
  { name: 'cookies for all', path: '/all', init: { ...PUT, credentials: 'include' }, seen: 'nothing' },
  { name: 'a page of another site', path: '/elsewhere', seen: 'nothing', asked: ['GET'] },
  { name: 'a preflight of another site', path: '/elsewhere', init: PUT, seen: 'nothing' },
  { name: 'a method that is not allowed', path: '/reading', init: { method: 'DELETE' }, seen: 'nothing' },
  {
    name: 'a field that is not allowed',
    path: '/reading',
    init: { headers: { 'X-A': '1' } },
    seen: 'nothing',
  },
  {
    name: 'a field that is allowed',
    path: '/reading',
    init: { headers: { 'X-Version': '1' } },
    seen: '200 reading',
    asked: ['GET'],
  },
  {
    name: 'a pod for requests with a field',
    path: '/canary',
    init: { headers: { 'X-Version': '2' } },
    seen: '200 two',
    asked: ['GET'],
  },
  {
    name: 'a path whose pod answers preflights itself',
    path: '/silent',
    init: PUT,
    seen: 'nothing',
    asked: ['OPTIONS'],
  },
  { name: 'to another path of the route', path: '/moved', seen: '200 open', asked: ['GET'] },
];

test('Chromium: pages of another origin read only what cors= allows', {
  skip: chromiumMissing(),
}, async (t) => {
  const site = createServer((_, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html>');
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const page = `http://page.test.local:${(site.address() as AddressInfo).port}`;
  await using scene = await startScene(stage(page));
  try {
    await using chromium = await Chromium.start('--host-resolver-rules=MAP *.local 127.0.0.1');
    const opened = await chromium.page(`${page}/`);
    for (const { name, path, init = {}, seen, asked = [] } of CASES) {
      await t.test(`${name}: ${path}`, async () => {
        const before = countsOf(scene);
        const url = `http://t.local:${scene.router.port}${path}`;
        const script = `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)}).then(
          async (it) => it.status + ' ' + (it.ok ? await it.text() : ''), () => 'nothing')`;
        assert.equal(await opened.value(script), seen);
        assert.deepEqual(askedSince(scene, before), asked);
      });
    }
    const total = `fetch('http://t.local:${scene.router.port}/all').then((it) => it.headers.get('X-Total'))`;
    assert.equal(await opened.value(total), '7');
    const hidden = `fetch('http://t.local:${scene.router.port}/open').then((it) => it.headers.get('X-Total'))`;
    assert.equal(await opened.value(hidden), null);
  } finally {
    site.closeAllConnections();
    site.close();
  }
});

function stage(page: string) {
  const port = page.slice(page.lastIndexOf(':'));
  const words: Readonly<Record<string, string>> = {
    open: `/open cors=${page}`,
    below: `/below cors=http://*.test.local${port}`,
    all: '/all cors=* cors-expose=X-Total',
    idle: `/idle cors=${page}`,
    login: `/login cors=${page} cors-credentials`,
    elsewhere: '/elsewhere cors=https://elsewhere.example.com',
    reading: `/reading cors=${page} cors-methods=GET cors-headers=X-Version`,
    one: '/canary',
    two: `/canary cors=${page} if-header=X-Version:2`,
    silent: '/silent',
    moved: `/moved cors=${page} redirect=/open!`,
  };
  const pods = Object.entries(words).map(([name, paths]) => ({
    name,
    paths,
    answer: answerOf(name),
    ...(name === 'idle' && { condition: 'unready' as const }),
  }));
  const keyed = {
    name: 'keyed',
    paths: `/keyed cors=${page}`,
    namespace: 'keyed',
    answer: answerOf('keyed'),
  };
  return { pods: [...pods, keyed], keys: { keyed: 'secret' } };
}

/** The pods set CORS fields themselves; the fields that podway derives from its options must replace them. */
function answerOf(name: string) {
  return async ({ body, connection }: OriginRequest) => {
    await body;
    connection.socket.write(
      ok(name, 'X-Total: 7', ...(name === 'silent' ? [] : ['Access-Control-Allow-Origin: x'])),
    );
  };
}

const NAMES = 'open below all login elsewhere reading one two silent moved keyed'.split(' ');

function countsOf(scene: Scene): readonly number[] {
  return NAMES.map((name) => scene.origin(name).requests.length);
}

function askedSince(scene: Scene, before: readonly number[]): readonly string[] {
  return NAMES.flatMap((name, at) =>
    scene
      .origin(name)
      .requests.slice(before[at])
      .map(({ method }) => method),
  );
}
