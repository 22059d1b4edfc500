import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { type Podway, startPodway } from '../process/podway.ts';
import { run } from './plugin-scene.ts';

const KEY = Buffer.from('supersecret').toString('base64');

async function router(): Promise<Podway & { readonly url: string }> {
  const pod = (name: string, more: object) =>
    podManifest({ name, hosts: 't.local', paths: '/', port: 18_999, ...more });
  const podway = await startPodway({
    manifests: {
      'o1.json': pod('o1', { paths: '/shop strip' }),
      'o2.json': pod('o2', { paths: '/shop/admin allow=10.0.0.0/8 8080:bad' }),
      'w.json': pod('w', { hosts: '*.wild.local' }),
      'k.json': pod('k', { paths: '/vault', namespace: 'vault' }),
      's.json': secretManifest('vault', { 'api-key': 'supersecret' }),
    },
  });
  await podway.until(200);
  await podway.eventually(() => podway.operator('/routes'));
  return Object.assign(podway, { url: `http://${podway.address}:${podway.operatorPort}` });
}

test('the plugin and the operator listener at a URL', async (t) => {
  await using podway = await router();

  await t.test('routes: the table, the rejections, and the routes of one host', async () => {
    const { code, stdout } = await run(['routes', '--url', podway.url]);
    assert.equal(code, 0);
    assert.match(stdout, /^t\.local +\/shop +1\/1 +- +default +strip$/m);
    assert.match(stdout, /^t\.local +\/vault +1\/1 +key +vault/m);
    assert.match(stdout, /^Pod default\/o2 +path-malformed +8080:bad$/m);
    const one = await run(['routes', '--url', podway.url, 'A.wild.local']);
    assert.deepEqual([one.code, one.stdout.match(/^\S*\.local/gm)], [0, ['*.wild.local']]);
    assert.equal((await run(['routes', '--url', podway.url, 'wild.local'])).code, 1);
    const wide = await run(['routes', '--url', podway.url, '-o', 'wide']);
    assert.match(wide.stdout, /^t\.local +\/shop +default\/o1 +127\.0\.0\.1 18999 +ready/m);
    const whole = await run(['routes', '--url', podway.url, '-o', 'json']);
    assert.deepEqual(JSON.parse(whole.stdout), JSON.parse((await podway.operator('/routes')).body));
  });

  await t.test(
    'explain: verdict, other candidates and pods of a URL, with an exit code that scripts can use',
    async () => {
      const explain = (...args: string[]) => run(['explain', '--url', podway.url, ...args]);
      const good = await explain('http://t.local/shop/a%2Fb?c=d');
      assert.equal(good.code, 0, good.stderr);
      assert.match(good.stdout, /^forwarded by the route t\.local\/shop$/m);
      assert.match(good.stdout, /^default\/o1:18999 +ready +no/m);
      assert.match(good.stdout, /^ {2}GET \/a%2Fb\?c=d HTTP\/1\.1$/m);
      const refused = await explain('t.local/shop/admin');
      assert.equal(refused.code, 1);
      assert.match(refused.stdout, /^answered by podway: 403 address-refused$/m);
      assert.match(refused.stdout, /^decided: addresses - address-refused$/m);
      assert.match(refused.stdout, /^\/shop +a longer prefix does/m);
      assert.equal((await explain('t.local/shop/admin', '--peer', '10.1.2.3')).code, 0);
      const dots = await explain('http://t.local/shop/../vault');
      assert.match(dots.stdout, /400 bad-path/);
      const post = await explain('-X', 'POST', '-H', 'Content-Length: x', 't.local/shop');
      assert.deepEqual([post.code, /^refused as an invalid request: 400/m.test(post.stdout)], [1, true]);
    },
  );

  await t.test('explain: a key is read from a file or stdin, and is not in the output', async () => {
    const args = ['explain', '--url', podway.url, 't.local/vault'];
    assert.equal((await run(args)).code, 1);
    const opened = await run([...args, '--key-file', '-'], { stdin: `${KEY}\n` });
    assert.equal(opened.code, 0, opened.stdout);
    assert.match(opened.stdout, /^vault +accepts the key +reached$/m);
    const asField = await run([...args, '-H', `x_routing_api_key: ${KEY}`]);
    assert.equal(asField.code, 2);
    const inFile = await run([...args, '-H', '@-'], { stdin: `X-Routing-Api-Key: ${KEY}\n` });
    assert.equal(inFile.code, 2);
    for (const { stdout, stderr } of [opened, asField, inFile])
      assert.ok(!`${stdout}${stderr}`.includes(KEY));
  });

  await t.test('explain: the answer of a past request, by the id that the client got', async () => {
    const { headers } = await podway.get('/vault/x?token=secret');
    const explain = (id: string) => run(['explain', '--url', podway.url, '--id', id]);
    const past = await explain(String(headers['x-request-id']));
    assert.equal(past.code, 0, past.stderr);
    assert.match(past.stdout, /answered 403: key-refused$/m);
    assert.match(past.stdout, /^request: GET t\.local\/vault\/x from /m);
    assert.match(past.stdout, /^decided: key - key-refused$/m);
    assert.equal((await explain('nobody')).code, 1);
  });
});
