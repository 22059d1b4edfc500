import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ok } from '../fixtures/origin.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}

function curl(...args: string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    execFile('curl', ['--silent', '--max-time', '20', ...args], { encoding: 'latin1' }, (error, stdout) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: Number(error?.code ?? 0), stdout });
    });
  });
}

const skip = await curl('--version').then(
  () => false,
  () => 'no curl on this machine',
);

const spec = {
  pods: [
    { name: 'o1', hosts: '127.0.0.1' },
    { name: 'app', namespace: 'a', hosts: '127.0.0.1', paths: '/app' },
  ],
  keys: { a: 'supersecret' },
};
const url = (scene: Scene, path: string): string => `http://127.0.0.1:${scene.router.port}${path}`;

test('curl: several requests on one connection', { skip }, async () => {
  await using scene = await startScene(spec);
  const { code, stdout } = await curl(
    '--write-out',
    ' %{http_code} %{num_connects}\n',
    url(scene, '/a'),
    url(scene, '/b'),
  );
  assert.equal(code, 0);
  assert.equal(stdout, 'o1 GET /a 200 1\no1 GET /b 200 0\n');
});

test('curl: 403 without the key, 200 with it', { skip }, async () => {
  await using scene = await startScene(spec);
  const status = ['--output', '/dev/null', '--write-out', '%{http_code}'];
  assert.equal((await curl(...status, url(scene, '/app'))).stdout, '403');
  const key = ['--header', 'x-routing-api-key: c3VwZXJzZWNyZXQ='];
  assert.equal((await curl(...status, ...key, url(scene, '/app'))).stdout, '200');
});

test('curl: an upload with Expect: 100-continue', { skip }, async () => {
  await using scene = await startScene(spec);
  const folder = await mkdtemp(join(tmpdir(), 'podway-curl-'));
  try {
    const file = join(folder, 'upload');
    await writeFile(file, Buffer.alloc(3 * 1024 * 1024, 'x'));
    for (const lines of [['Expect: 100-continue'], ['Transfer-Encoding: chunked']]) {
      const headers = lines.flatMap((line) => ['--header', line]);
      const { code } = await curl(...headers, '--data-binary', `@${file}`, url(scene, '/up'));
      assert.equal(code, 0);
      const body = await scene.origin('o1').requests.at(-1)?.body;
      assert.ok(body?.content.equals(await readFile(file)));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('curl: --http2 offers h2c and gets HTTP/1.1', { skip }, async () => {
  await using scene = await startScene(spec);
  const { code, stdout } = await curl('--http2', '--write-out', ' %{http_version}', url(scene, '/h2'));
  if (code === 1 || code === 2 || code === 4) return; // curl without HTTP/2
  assert.equal(stdout, 'o1 GET /h2 1.1');
});

test('curl: HEAD, compressed, HTTP/1.0 and the unchanged path', { skip }, async () => {
  await using scene = await startScene(spec);
  assert.match((await curl('--head', url(scene, '/x'))).stdout, /^HTTP\/1\.1 200 OK\r\n/);
  assert.equal((await curl('--compressed', url(scene, '/x'))).stdout, 'o1 GET /x');
  assert.equal((await curl('--http1.0', url(scene, '/x'))).stdout, 'o1 GET /x');
  assert.match((await curl('--path-as-is', '--include', url(scene, '/x/../app'))).stdout, /^HTTP\/1\.1 400 /);
});

test('curl: UTF-8 in a URL arrives as escapes, and two slashes at its start as one', { skip }, async () => {
  await using scene = await startScene(spec);
  const path = '/caf\u00e9?q=\u20ac';
  // curl itself escapes some characters, in lower case.
  assert.equal((await curl(url(scene, path))).stdout.toUpperCase(), 'O1 GET /CAF%C3%A9?Q=%E2%82%AC');
  assert.equal((await curl(url(scene, '//a//b'))).stdout, 'o1 GET /a//b');
  assert.equal(
    (await curl('--path-as-is', url(scene, '/ubuntu/./Release'))).stdout,
    'o1 GET /ubuntu/./Release',
  );
});

test('curl reports a truncated transfer', { skip }, async () => {
  await using scene = await startScene(spec);
  scene.origin('o1').answer = [
    ok('x'.repeat(100)).slice(0, -50),
    ({ connection }) => connection.socket.end(),
  ];
  assert.equal((await curl(url(scene, '/'))).code, 18);
});

test('curl reports an empty reply for an unknown host', { skip }, async () => {
  await using scene = await startScene(spec);
  assert.equal((await curl('--header', 'Host: unknown', url(scene, '/'))).code, 52);
});
