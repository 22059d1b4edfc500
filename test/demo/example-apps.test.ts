import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { parseAllDocuments } from 'yaml';
import { checkTypes } from '../chart/typed.ts';
import type { Manifest } from '../chart/release.ts';
import { type Podway, startPodway } from '../process/podway.ts';
import { freePort } from '../fixtures/free-ports.ts';
import { podManifest } from '../fixtures/manifest.ts';

const FOLDER = new URL('../../examples/', import.meta.url);

function documents(file: string): Manifest[] {
  const text = readFileSync(new URL(file, FOLDER), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

/** The program of the example's ConfigMap as a process, with podway in front of it. */
async function startExample(file: string, hosts: string, paths: string) {
  const map = documents(file).find(({ kind }) => kind === 'ConfigMap');
  const port = await freePort();
  assert.ok(map);
  const script = (map['data'] as { 'server.mjs': string })['server.mjs'];
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PORT: String(port) },
    stdio: 'inherit',
  });
  const podway = await startPodway({
    manifests: { 'pod.json': podManifest({ name: 'example', hosts, paths, port }) },
  });
  return {
    podway,
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, 'close');
      child.kill('SIGKILL');
      await Promise.all([ended, podway[Symbol.asyncDispose]()]);
    },
  };
}

for (const file of ['nodejs-k8s-env.yaml', 'streams.yaml']) {
  test(`${file} has no field that Kubernetes does not know`, () => {
    for (const object of documents(file)) checkTypes(object);
  });
}

test('nodejs-k8s-env shows its environment and addresses', async () => {
  await using example = await startExample('nodejs-k8s-env.yaml', 'test.k8s.local', '/nodejs');
  const { podway } = example;
  const { env, ips } = await podway.eventually(async () => {
    const { status, body } = await podway.get('/nodejs', { host: 'test.k8s.local' });
    assert.equal(status, 200);
    return JSON.parse(body) as { env: Record<string, string>; ips: Record<string, string> };
  });
  assert.match(env['PORT'] ?? '', /^\d+$/);
  assert.equal(ips['lo'], '127.0.0.1');
});

test('streams sends events and echoes messages', async () => {
  await using example = await startExample('streams.yaml', 'streams.example.com', '/');
  const { podway } = example;
  const host = 'streams.example.com';
  await podway.eventually(async () => assert.equal((await podway.get('/', { host })).status, 200));

  const events = await open(podway, host);
  const [first] = (await once(events, 'data')) as [Buffer];
  assert.match(first.toString(), /^id: 1\ndata: \d{4}-/);
  events.destroy();

  const socket = new WebSocket(`ws://${podway.address}:${podway.port}/echo`, { headers: { host } });
  await once(socket, 'open');
  for (const message of ['hello', 'grüß dich']) {
    socket.send(message);
    const [echo] = (await once(socket, 'message')) as [Buffer];
    assert.equal(echo.toString(), message);
  }
  socket.close(1000);
  const [code] = (await once(socket, 'close')) as [number];
  assert.equal(code, 1000);
});

async function open({ address, port }: Podway, host: string): Promise<IncomingMessage> {
  const sent = request({ host: address, port, path: '/events', headers: { host }, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return response;
}
