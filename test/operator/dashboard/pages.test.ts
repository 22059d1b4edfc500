import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundRoutes, RouteDocument } from '../../../src/operator/dashboard/route-documents.ts';
import { dashboardPages } from '../../../src/operator/dashboard/pages.ts';
import { aPod, secretWith } from '../../wiring/objects.ts';
import { Scene } from './scene.ts';

interface Answer<T> {
  readonly status: number;
  readonly document: T;
}

/** The answer of a page. */
async function ask<T>(
  scene: Scene,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<Answer<T>> {
  const page = dashboardPages(scene.subject, (error) => scene.errors.push(error))[path];
  const answer = await page?.({ path, query: new URLSearchParams(query), headers: {} });
  if (answer === undefined || 'kind' in answer || typeof answer.body !== 'string')
    throw new Error('no answer');
  return { status: answer.status, document: JSON.parse(answer.body) };
}

const search = (scene: Scene, query: Readonly<Record<string, string>>) =>
  ask<FoundRoutes & { error?: string }>(scene, '/dashboard/routes', query);
const open = (scene: Scene, query: Readonly<Record<string, string>>) =>
  ask<RouteDocument & { error?: string }>(scene, '/dashboard/route', query);

function shop(): Scene {
  const scene = new Scene();
  const pod = (name: string, hosts: string, more = {}) => aPod({ name, hosts, ...more });
  scene.cluster.list(
    [
      pod('cart-1', 'shop.local', { paths: '3000:/Cart', namespace: 'sales' }),
      pod('cart-2', 'shop.local', { paths: '3000:/Cart', namespace: 'sales', ready: false }),
      pod('front', 'shop.local www.local', { namespace: 'web' }),
    ],
    [secretWith('sales', { 'api-key': Buffer.from('supersecret').toString('base64') })],
  );
  return scene;
}

const SEARCHES: Readonly<Record<string, readonly string[]>> = {
  '': ['www.local/', 'shop.local/', 'shop.local/Cart'],
  shop: ['shop.local/', 'shop.local/Cart'],
  'SHOP.local/cart': ['shop.local/Cart'],
  sales: ['shop.local/Cart'],
  'cart-2': ['shop.local/Cart'],
  'web  www': ['www.local/'],
  'sales www': [],
  '.*': [],
  '\u0000': [],
};

for (const [words, expected] of Object.entries(SEARCHES)) {
  test(`a search for ${JSON.stringify(words)} finds routes`, async () => {
    const scene = shop();
    scene.count('www.local', '/', { 200: 3 });
    const { document } = await search(scene, { search: words });
    assert.deepEqual(
      document.rows.map(({ host, path }) => `${host}${path}`),
      expected,
    );
    assert.deepEqual([document.total, document.found], [3, expected.length]);
  });
}

test('the page sends as many routes as were requested, those with the most requests', async () => {
  const scene = shop();
  scene.count('shop.local', '/Cart', { 200: 9, 502: 1 });
  const { document } = await search(scene, { limit: '1' });
  assert.deepEqual([document.total, document.found], [3, 3]);
  assert.deepEqual(document.rows, [
    {
      host: 'shop.local',
      path: '/Cart',
      namespaces: ['sales'],
      pods: 2,
      ready: 1,
      problems: ['failing'],
      requests: 10,
      clientErrors: 0,
      serverErrors: 1,
    },
  ]);
});

const REFUSED: readonly Readonly<Record<string, string>>[] = [
  { limit: '0' },
  { limit: '501' },
  { limit: '1e2' },
  { limit: '-1' },
  { limit: '' },
  { search: 'x'.repeat(257) },
];

for (const query of REFUSED) {
  test(`a search is refused: ${JSON.stringify(query).slice(0, 40)} (EX-08)`, async () => {
    const { status, document } = await search(shop(), query);
    assert.equal(status, 400);
    assert.match(document.error ?? '', /^expected in (limit|search): /);
  });
}

test('the page of a route: its pods, their options, namespaces and minutes', async () => {
  const scene = shop();
  scene.cluster.apply(
    aPod({ name: 'bad', hosts: 'shop.local bad_host', paths: '3000:/Cart timeout=5s', namespace: 'sales' }),
  );
  scene.count('shop.local', '/Cart', { 200: 7, 404: 2, 500: 1 });
  scene.reply = (question) => {
    assert.equal(question.kind, 'endpoints');
    const [first] = 'endpoints' in question ? question.endpoints : [];
    assert.ok(first);
    return [{ ...first, inFlight: 3, failures: 4, ejectedFor: 5_000 }];
  };
  const { document } = await open(scene, { host: 'shop.local', path: '/Cart' });
  const { endpoints, options, namespaces, recent, rejections, problems, revision } = document;
  assert.equal(revision, scene.cluster.revision);
  assert.deepEqual(problems, ['options', 'failing']);
  assert.deepEqual(
    endpoints.rows.map(({ pod, condition, inFlight, failures, ejected, options }) => {
      return [pod, condition, inFlight, failures, ejected?.workers ?? 0, options];
    }),
    [
      ['bad', 'ready', 3, 4, 1, 'timeout=5s'],
      ['cart-1', 'ready', 0, 0, 0, ''],
      ['cart-2', 'unready', 0, 0, 0, ''],
    ],
  );
  assert.deepEqual(options.rows, [
    { options: '', pods: 2 },
    { options: 'timeout=5s', pods: 1 },
  ]);
  assert.deepEqual(namespaces, { total: 1, rows: [{ namespace: 'sales', state: 'keyed', keys: 1 }] });
  assert.deepEqual(
    recent.minutes.map(([, , ...counts]) => counts),
    [[10, 2, 1]],
  );
  assert.deepEqual(
    rejections.rows.map(({ name, detail }) => [name, detail]),
    [['bad', 'bad_host']],
  );
});

test('the page shows no key, and no value of a header that options add to requests', async () => {
  const scene = shop();
  scene.cluster.apply(
    aPod({
      name: 'front',
      hosts: 'www.local',
      paths: '3000:/ set-request="X-Token: hidden"',
      namespace: 'web',
    }),
  );
  const all = [
    await search(scene, {}),
    await open(scene, { host: 'www.local', path: '/' }),
    await open(scene, { host: 'shop.local', path: '/Cart' }),
    scene.view().state(scene.moment),
  ];
  const text = JSON.stringify(all);
  assert.match(text, /set-request/);
  assert.doesNotMatch(text, /hidden|supersecret|c3VwZXJzZWNyZXQ/);
});

test('the page of a route with a thousand pods has two hundred rows, and requests no more from workers', async () => {
  const scene = new Scene();
  scene.cluster.list(
    Array.from({ length: 1_000 }, (_, at) =>
      aPod({ name: `web-${at}`, ip: `10.0.${at >> 8}.${at & 255}`, ready: at > 500 }),
    ),
  );
  const { document } = await open(scene, { host: 'test.github.com', path: '/' });
  assert.deepEqual([document.endpoints.total, document.endpoints.rows.length], [1_000, 200]);
  assert.ok(document.endpoints.rows.every(({ condition }) => condition === 'ready'));
  const [asked] = scene.asked;
  assert.equal(asked?.kind === 'endpoints' && asked.endpoints.length, 200);
});

const NO_ROUTES: readonly (readonly [number, Readonly<Record<string, string>>])[] = [
  [400, {}],
  [400, { host: 'shop.local' }],
  [400, { path: '/' }],
  [404, { host: 'shop.local', path: '/none' }],
  [404, { host: '__proto__', path: 'constructor' }],
  [404, { host: 'SHOP.local', path: '/' }],
];

for (const [expected, query] of NO_ROUTES) {
  test(`the page of a route that does not exist: ${JSON.stringify(query)} (EX-08)`, async () => {
    const { status, document } = await open(shop(), query);
    assert.equal(status, expected);
    assert.ok((document.error ?? '').length > 0);
  });
}

test('a route that is removed while workers are asked is not found (EX-08)', async () => {
  const scene = shop();
  scene.reply = () => {
    scene.cluster.delete(aPod({ name: 'front', hosts: 'shop.local www.local', namespace: 'web' }));
    return [];
  };
  assert.equal((await open(scene, { host: 'www.local', path: '/' })).status, 404);
});
