import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { LoadPod } from '../fixtures/load/load-pod.ts';
import { parameter } from '../fixtures/load/figures.ts';
import type { Scene } from '../fixtures/scene.ts';
import { startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

const run = promisify(execFile);
const REQUESTS = parameter('REQUESTS', 20_000);
const UPLOAD = 100_000;

const missing = await run('nghttp', ['--version']).then(
  () => false,
  () => 'no nghttp and h2load on this machine (Debian: nghttp2-client)',
);

/** Answers with the size of the received body; for `/large` with a body that is much larger than a window. */
const answer: RequestListener = (request, response) => {
  let size = 0;
  request.on('data', (part: Buffer) => {
    size += part.length;
  });
  request.on('end', () => {
    if (request.url === '/large') response.end(Buffer.alloc(1_000_000, 'x'));
    else response.end(`${request.method} ${size}`);
  });
};

interface Stage extends AsyncDisposable {
  readonly scene: Scene;
  readonly urls: Readonly<Record<'with' | 'without', string>>;
  /** Path of a file of UPLOAD bytes. */
  readonly upload: string;
}

async function startStage(): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const certificates = stack.use(await TestCertificates.make({ t: { names: 'DNS:t.local' } }));
  const upload = certificates.authority.path('upload');
  await writeFile(upload, Buffer.alloc(UPLOAD, 'u'));
  const pod = stack.use(await LoadPod.start(answer));
  const settings = { http2Plain: true, shedAtLag: 60_000 };
  const scene = stack.use(await startTlsScene(certificates, { pods: [], settings }));
  scene.router.applyPod(pod.manifest);
  const kept = stack.move();
  const urls = {
    with: `https://127.0.0.1:${scene.router.tlsPort}`,
    without: `http://127.0.0.1:${scene.router.port}`,
  };
  return { scene, urls, upload, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

interface LoadRow {
  readonly name: string;
  readonly requests: number;
  readonly options: readonly string[];
  readonly path?: string;
  readonly uploads?: true;
}

const LOADS: readonly LoadRow[] = [
  { name: 'few connections of many streams', requests: REQUESTS, options: ['-c8', '-m16'] },
  { name: 'many connections of one stream', requests: REQUESTS, options: ['-c64', '-m1'] },
  { name: 'as many streams as a connection may have', requests: REQUESTS, options: ['-c4', '-m128'] },
  { name: 'uploads', requests: REQUESTS / 20, options: ['-c8', '-m16'], uploads: true },
  {
    name: 'large responses in small windows',
    requests: REQUESTS / 100,
    options: ['-c8', '-m8', '-w12', '-W14'],
    path: '/large',
  },
  { name: 'no dynamic table', requests: REQUESTS / 10, options: ['-c8', '-m16', '--header-table-size=0'] },
];

interface OneRow {
  readonly name: string;
  readonly options: readonly string[];
  readonly path?: string;
  readonly uploads?: true;
  /** What nghttp must print. */
  readonly prints: string;
}

const LARGE = 'x'.repeat(1_000_000);

const ONES: readonly OneRow[] = [
  { name: 'a request', options: [], prints: 'GET 0' },
  { name: 'padding', options: ['-b255'], uploads: true, prints: `POST ${UPLOAD}` },
  { name: 'a head in CONTINUATION frames', options: ['--continuation'], prints: 'GET 0' },
  { name: 'an upload', options: [], uploads: true, prints: `POST ${UPLOAD}` },
  {
    name: 'an upload without a declared length',
    options: ['--no-content-length'],
    uploads: true,
    prints: `POST ${UPLOAD}`,
  },
  { name: 'with trailers', options: ['--trailer', 'x-sum: 1'], uploads: true, prints: `POST ${UPLOAD}` },
  { name: 'after 100 (Continue)', options: ['--expect-continue'], uploads: true, prints: `POST ${UPLOAD}` },
  { name: 'a window of 15 bytes', options: ['-w4'], prints: 'GET 0' },
  { name: 'a large response in a small window', options: ['-w10', '-W12'], path: '/large', prints: LARGE },
  { name: 'a dynamic table that shrinks and grows', options: ['-c0', '-c8192'], prints: 'GET 0' },
  { name: 'a hundred requests at once', options: ['-m100'], prints: 'GET 0'.repeat(100) },
  { name: 'no priorities', options: ['--no-rfc7540-pri', '--no-dep'], prints: 'GET 0' },
];

/** The authority that all these requests name: the host of the pod. */
const AUTHORITY = ['-H', ':authority: t.local'] as const;

for (const tls of ['with', 'without'] as const) {
  describe(`clients of HTTP/2 ${tls} TLS`, { skip: missing }, () => {
    for (const { name, requests, options, path = '/', uploads } of LOADS) {
      test(`h2load: ${name}`, async () => {
        await using stage = await startStage();
        const body = uploads === true ? ['-d', stage.upload] : [];
        const line = ['-n', String(requests), ...options, ...body, ...AUTHORITY];
        const { stdout } = await run('h2load', [...line, stage.urls[tls] + path], { timeout: 120_000 });
        assert.ok(stdout.includes(`${requests} succeeded, 0 failed, 0 errored, 0 timeout`), stdout);
        assert.ok(stdout.includes(`status codes: ${requests} 2xx, 0 3xx, 0 4xx, 0 5xx`), stdout);
      });
    }

    for (const { name, options, path = '/', uploads, prints } of ONES) {
      test(`nghttp: ${name}`, async () => {
        await using stage = await startStage();
        const body = uploads === true ? ['-d', stage.upload] : [];
        const line = ['-y', ...options, ...body, ...AUTHORITY, stage.urls[tls] + path];
        const { stdout } = await run('nghttp', line, { timeout: 60_000, maxBuffer: 10_000_000 });
        assert.ok(stdout === prints, stdout.slice(0, 1_000));
      });
    }
  });
}
