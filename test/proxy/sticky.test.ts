import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok } from '../fixtures/origin.ts';
import type { RawResponse } from '../fixtures/raw-client.ts';
import { startScene, type Scene, type Site } from '../fixtures/scene.ts';

const TRUSTED = { trustedProxies: ['127.0.0.1/32'] };

/** Pods that answer with their name. */
function sites(words: string, names = ['a', 'b', 'c'], ...lines: string[]): Site[] {
  return names.map((name) => ({
    name,
    paths: `/shop ${words}`,
    answer: [ok('', `X-Origin: ${name}`, ...lines)],
  }));
}

function cookieOf(response: RawResponse): string {
  return response.value('set-cookie') ?? '';
}

function authorOf(response: RawResponse): string {
  return response.value('x-origin') ?? '';
}

/** The cookie that the client sends with its next request. */
function kept(response: RawResponse): string {
  return cookieOf(response).replace(/;.*$/, '');
}

const ask = (scene: Scene, ...lines: string[]) => scene.exchange(get('/shop/x', ...lines));

test('a client stays at its pod, and gets the cookie once', async () => {
  await using scene = await startScene({ pods: sites('sticky') });
  const first = await ask(scene);
  assert.match(
    cookieOf(first),
    /^podway-[0-9a-f]{6}=[A-Za-z0-9_-]{16}; Path=\/shop; HttpOnly; SameSite=Lax$/,
  );
  for (let round = 0; round < 6; round += 1) {
    const next = await ask(scene, `Cookie: a=b; ${kept(first)}`);
    assert.deepEqual([authorOf(next), cookieOf(next)], [authorOf(first), '']);
  }
  const others = new Set<string>();
  for (let round = 0; round < 6; round += 1) others.add(authorOf(await ask(scene)));
  assert.equal(others.size, 3);
});

test("the cookie's value is a digest of the uid and the port, and contains no address", async () => {
  await using scene = await startScene({ pods: sites('sticky', ['a']) });
  const { metadata } = podManifest({
    name: 'a',
    hosts: 't.local',
    paths: '/shop',
    port: scene.origin('a').port,
  });
  const digest = createHash('sha256').update(`sticky|${metadata.uid}|${scene.origin('a').port}`);
  const [, value] = kept(await ask(scene)).split('=');
  assert.equal(value, digest.digest('base64url').slice(0, 16));
});

for (const [words, settings, lines, expected] of [
  ['sticky', {}, [], '; Path=/shop; HttpOnly; SameSite=Lax'],
  ['sticky=1h', {}, [], '; Path=/shop; Max-Age=3600; HttpOnly; SameSite=Lax'],
  ['sticky', TRUSTED, ['X-Forwarded-Proto: https'], '; Path=/shop; HttpOnly; SameSite=Lax; Secure'],
  ['sticky', {}, ['X-Forwarded-Proto: https'], '; Path=/shop; HttpOnly; SameSite=Lax'],
] as const)
  test(`attributes with ${words}, ${lines.join()} ${'trustedProxies' in settings ? 'trusted' : ''}`, async () => {
    await using scene = await startScene({ pods: sites(words), settings });
    assert.equal(cookieOf(await ask(scene, ...lines)).replace(/^[^;]*/, ''), expected);
  });

for (const cacheControl of ['public', 'max-age=60, Public', 's-maxage=10', 'S-MaxAge=10, private'])
  test(`a response that shared caches may keep has no cookie: ${cacheControl} (LB-03)`, async () => {
    await using scene = await startScene({ pods: sites('sticky', ['a'], `Cache-Control: ${cacheControl}`) });
    assert.equal(cookieOf(await ask(scene)), '');
  });

for (const cacheControl of ['private', 'no-store', 'max-age=60', 'max-age=60, private="public"'])
  test(`any other response has the cookie: ${cacheControl}`, async () => {
    await using scene = await startScene({ pods: sites('sticky', ['a'], `Cache-Control: ${cacheControl}`) });
    assert.notEqual(cookieOf(await ask(scene)), '');
  });

test("the pod's own cookies and the fields of its options are kept", async () => {
  const words = 'sticky set-response="X-Frame-Options: DENY"';
  await using scene = await startScene({ pods: sites(words, ['a'], 'Set-Cookie: own=1') });
  const { lines } = (await ask(scene)).head;
  const seen = lines
    .filter((line) => /cookie|frame/i.test(line))
    .map((line) => line.replace(/podway.*/, '...'));
  assert.deepEqual(seen, ['Set-Cookie: own=1', 'X-Frame-Options: DENY', 'Set-Cookie: ...']);
});

test('a client of a deleted or unready pod gets another one, and a new cookie (LB-02)', async () => {
  await using scene = await startScene({ pods: sites('sticky', ['a', 'b']) });
  const first = await ask(scene);
  const name = authorOf(first);
  const manifest = { name, hosts: 't.local', paths: '/shop sticky', port: scene.origin(name).port };
  scene.router.applyPod(podManifest({ ...manifest, condition: 'unready' }));
  const second = await ask(scene, `Cookie: ${kept(first)}`);
  assert.notEqual(authorOf(second), name);
  assert.notEqual(kept(second), '');
  assert.notEqual(kept(second), kept(first));
  scene.router.applyPod(podManifest(manifest));
  const third = await ask(scene, `Cookie: ${kept(second)}`);
  assert.deepEqual([authorOf(third), cookieOf(third)], [authorOf(second), '']);
});

test('a client of a pod that refuses connections gets another one in the same request, and a new cookie (LB-02)', async () => {
  await using scene = await startScene({ pods: sites('sticky', ['a', 'b']) });
  const first = await ask(scene);
  const name = authorOf(first);
  // The pod stays the same, but no program listens at its address.
  scene.router.applyPod(
    podManifest({
      name,
      hosts: 't.local',
      paths: '/shop sticky',
      port: scene.origin(name).port,
      address: '127.0.0.9',
    }),
  );
  for (let round = 0; round < 3; round += 1) {
    const next = await ask(scene, `Cookie: ${kept(first)}`);
    assert.notEqual(authorOf(next), name);
    assert.notEqual(kept(next), '');
  }
});

test('a new pod with the address of a deleted one does not get its clients (LB-02)', async () => {
  await using scene = await startScene({ pods: sites('sticky', ['a', 'b', 'c']) });
  const first = await ask(scene);
  const name = authorOf(first);
  scene.router.removePod('default', name);
  const port = scene.origin(name).port;
  scene.router.applyPod(podManifest({ name: 'new', hosts: 't.local', paths: '/shop sticky', port }));
  const authors = new Set<string>();
  for (let round = 0; round < 6; round += 1) {
    const next = await ask(scene, `Cookie: ${kept(first)}`);
    assert.notEqual(cookieOf(next), '');
    authors.add(authorOf(next));
  }
  assert.equal(authors.size, 3);
});

test('among repeated, quoted and late cookies the first well-formed one within a limit counts (LB-04)', async () => {
  await using scene = await startScene({ pods: sites('sticky') });
  const first = await ask(scene);
  const [name = '', value = ''] = kept(first).split('=');
  const other = [await ask(scene), await ask(scene)].map(kept).find((it) => it !== kept(first)) ?? '';
  const copies = `${Array(50).fill(`${name}=x`).join('; ')}; ${name}="${value}"; ${name}=${'y'.repeat(4096)}`;
  const stays: readonly (readonly [string, boolean])[] = [
    [`${copies}; ${name}=${value}; ${other}`, true],
    [`${name}=${value}`.padStart(8_100, 'a=b; '), true],
    [`${name}=${value}`.padStart(9_000, 'a=b; '), false],
    [`x${name}=${value}`, false],
    [`${name}="${value}"`, false],
    [`${name}=${value.slice(1)}`, false],
    [`${name}=${'A'.repeat(16)}`, false],
  ];
  for (const [cookies, isKept] of stays) {
    const next = await ask(scene, `Cookie: ${cookies}`);
    assert.equal(cookieOf(next) === '', isKept, cookies.slice(0, 80));
    if (isKept) assert.equal(authorOf(next), authorOf(first));
  }
});

test('a client stays with its version, regardless of the share, and a met condition takes precedence', async () => {
  const pods = [
    ...sites('sticky share=0% if-header=X-Canary:always', ['canary']),
    ...sites('sticky', ['stable']),
  ];
  await using scene = await startScene({ pods });
  const canary = await ask(scene, 'X-Canary: always');
  assert.equal(authorOf(canary), 'canary');
  const stable = await ask(scene);
  assert.equal(authorOf(stable), 'stable');
  // A client of the canary stays there at 0 %, too: a canary ends when its pods are deleted.
  assert.equal(authorOf(await ask(scene, `Cookie: ${kept(canary)}`)), 'canary');
  assert.equal(authorOf(await ask(scene, `Cookie: ${kept(stable)}`)), 'stable');
  assert.equal(authorOf(await ask(scene, `Cookie: ${kept(stable)}`, 'X-Canary: always')), 'canary');
});

test('a cookie does not replace the key of a namespace', async () => {
  const pods = [
    ...sites('sticky', ['open']),
    ...sites('sticky', ['closed']).map((it) => ({ ...it, namespace: 'keyed' })),
  ];
  await using scene = await startScene({ pods, keys: { keyed: 'secret' } });
  const withKey = await ask(scene, `X-Routing-Api-Key: ${Buffer.from('secret').toString('base64')}`);
  assert.equal(authorOf(withKey), 'closed');
  const without = await ask(scene, `Cookie: ${kept(withKey)}`);
  assert.equal(authorOf(without), 'open');
  assert.notEqual(kept(without), kept(withKey));
});

test('HTTP/2 clients get and send the cookie, too', async () => {
  await using scene = await startScene({ pods: sites('sticky', ['a', 'b']), settings: { http2Plain: true } });
  const client = connect(`http://127.0.0.1:${scene.router.port}`);
  const exchange = async (cookie: OutgoingHttpHeaders) => {
    const stream = client.request({ ':path': '/shop/x', ':authority': 't.local', ...cookie }).resume();
    const [answered] = (await once(stream, 'response')) as [IncomingHttpHeaders];
    return answered;
  };
  const first = await exchange({});
  const [line = ''] = first['set-cookie'] ?? [];
  assert.match(line, /^podway-/);
  for (let round = 0; round < 3; round += 1) {
    const next = await exchange({ cookie: ['a=b', line.replace(/;.*$/, '')].join('; ') });
    assert.deepEqual([next['x-origin'], next['set-cookie']], [first['x-origin'], undefined]);
  }
  client.close();
  await once(client, 'close');
});
