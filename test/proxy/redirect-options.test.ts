import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { startScene } from '../fixtures/scene.ts';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { aPod } from '../wiring/objects.ts';

interface RedirectCase {
  readonly words: string;
  readonly item?: string;
  readonly target?: string;
  readonly status?: number;
  readonly location: string;
}

const CASES: readonly RedirectCase[] = [
  { words: 'redirect=https://new.example.com', location: 'https://new.example.com/' },
  {
    words: 'redirect=https://new.example.com/',
    target: '/old/x?y=1',
    location: 'https://new.example.com/x?y=1',
  },
  {
    words: 'redirect=https://new.example.com/app',
    target: '/old/x/',
    location: 'https://new.example.com/app/x/',
  },
  { words: 'redirect=http://New.Example.com:81/a', target: '/old', location: 'http://new.example.com:81/a' },
  { words: 'redirect=/new', target: '/old/x?y', location: '/new/x?y' },
  { words: 'redirect=301:/new', target: '/old', status: 301, location: '/new' },
  { words: 'redirect=308:/new!', target: '/old/x?y', status: 308, location: '/new' },
  { words: 'redirect=/new?from=old!', target: '/old/x?y', location: '/new?from=old' },
  { words: 'redirect=/new', target: '/old//evil.com/x', location: '/new//evil.com/x' },
  { words: 'redirect=/', target: '/old//evil.com/x', location: '/evil.com/x' },
  { words: 'redirect=/dashboard!', item: '/', target: '/', location: '/dashboard' },
];

for (const { words, item = '/old', target = '/old', status = 302, location } of CASES)
  test(`${item} ${words}: ${target}`, async () => {
    await using scene = await startScene({ pods: [{ name: 'o1', paths: `${item} ${words}` }] });
    for (const method of ['GET', 'POST']) {
      const response = await scene.exchange(
        `${method} ${target} HTTP/1.1\r\nHost: t.local\r\nContent-Length: 0\r\n\r\n`,
      );
      assert.deepEqual([response.status, response.value('location')], [status, location]);
    }
    assert.equal(scene.origin('o1').requests.length, 0);
  });

const NO_TARGETS = [
  'javascript:x',
  '//x',
  'ftp://a/',
  'http://',
  'http://a@b/',
  'http://*.a/',
  'a',
  'http://a b/',
  '/a/../b',
  '304:/a',
  '30:/a',
  '/a?b',
  '/a#b',
  '/a\\b',
  'http:/a',
  '!',
  'http://a:99999/',
  'https://[::1/',
];

for (const target of NO_TARGETS)
  test(`no client is redirected to ${target} (RD-04)`, () => {
    const paths = `80:/old redirect="${target}"`;
    const { wirings, rejections } = wirePod(aPod({ hosts: 'a', paths, ports: [80] }), INVENTORY_OPTIONS);
    assert.deepEqual(
      [wirings.map(({ options }) => options.text), rejections.map(({ reason }) => reason)],
      [['refused'], ['option-malformed']],
    );
  });

const LOOPS: Readonly<Record<string, boolean>> = {
  '/old redirect=/old': true,
  '/old redirect=/old/x': true,
  '/old redirect=/old!': true,
  '/old redirect=/old/x!': false,
  '/old redirect=/older': false,
  '/old redirect=/': false,
  '/ redirect=/new': true,
  '/ redirect=/new!': false,
  '/ redirect=https://a.test/': true,
  '/ redirect=https://b.test/': false,
  '/old redirect=http://a.test/old': true,
  '/old redirect=/%6fld': true,
  '/old redirect=/%6fld!': true,
  '/old redirect=/%6fld/x': true,
  '/a%20b redirect=/a%20b': true,
  '/old/ redirect=/old': true,
  '/old/ redirect=/old!': true,
  '/old/ redirect=/old/x': true,
  '/old/ redirect=/old/x!': false,
  '/old/ redirect=/older': false,
  '/old redirect=http://a.test/new': false,
};

for (const [item, isLoop] of Object.entries(LOOPS))
  test(`${item} ${isLoop ? 'would never end' : 'ends'} (RD-05)`, () => {
    const { rejections } = wirePod(
      aPod({ hosts: 'a.test', paths: `80:${item}`, ports: [80] }),
      INVENTORY_OPTIONS,
    );
    assert.deepEqual(
      rejections.map(({ reason }) => reason),
      isLoop ? ['redirect-loop'] : [],
    );
  });

test('the key is checked before a redirect (RD-06)', async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1', namespace: 'keyed', paths: '/old redirect=/new' }],
    keys: { keyed: 'secret' },
  });
  assert.equal((await scene.exchange(get('/old'))).status, 403);
  const key = `X-Routing-Api-Key: ${Buffer.from('secret').toString('base64')}`;
  assert.equal((await scene.exchange(get('/old', key))).status, 302);
});

test('https is rejected where podway cannot know the scheme of clients (RD-01)', () => {
  const { wirings, rejections } = wirePod(
    aPod({ hosts: 'a', paths: '80:/ https', ports: [80] }),
    INVENTORY_OPTIONS,
  );
  assert.deepEqual(
    [
      wirings.map(({ options }) => options.text),
      rejections.map(({ reason, detail }) => `${reason} ${detail}`),
    ],
    [['refused'], ['https-unknowable 80:/ https']],
  );
});

interface HttpsCase {
  readonly lines: readonly string[];
  readonly host?: string;
  readonly target?: string;
  readonly trusted?: boolean;
  readonly location?: string;
}

const HTTPS: readonly HttpsCase[] = [
  { lines: [], location: 'https://t.local/x?y' },
  { lines: [], host: 'T.local:8080', location: 'https://t.local/x?y' },
  { lines: ['X-Forwarded-Proto: https'], location: 'https://t.local/x?y' },
  { lines: ['X-Forwarded-Proto: https'], trusted: true },
  { lines: ['X-Forwarded-Proto: http'], trusted: true, location: 'https://t.local/x?y' },
  { lines: ['X-Forwarded-Host: evil.example'], location: 'https://t.local/x?y' },
  { lines: [], target: '/.well-known/acme-challenge/token' },
];

for (const { lines, host = 't.local', target = '/x?y', trusted = false, location } of HTTPS)
  test(`https: ${target} of ${host} ${lines.join()} ${trusted ? 'from a trusted peer' : ''} (RD-03)`, async () => {
    const settings = { trustedProxies: trusted ? ['127.0.0.1'] : [] };
    await using scene = await startScene({
      pods: [{ name: 'o1', paths: '/ https' }],
      settings,
    });
    const request = [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...lines, '', ''].join('\r\n');
    const response = await scene.exchange(request);
    assert.deepEqual(
      [response.status, response.value('location')],
      location === undefined ? [200, undefined] : [308, location],
    );
  });
