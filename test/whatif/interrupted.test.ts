/** A signal ends a check at any time. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { check } from '../../src/cli/check.ts';
import { startPodway } from '../process/podway.ts';
import { folderOf } from './checking.ts';
import { clusterOf } from './live-cluster.ts';

test('while an API server does not answer', async () => {
  await using api = await clusterOf([]);
  api.injectFault({ resource: 'pods' }, { kind: 'stall' });
  const kubeconfig = JSON.parse(api.kubeconfig()) as unknown;
  await using podway = await startPodway({ args: ['check', '--live'], kubeconfig });
  await api.untilRequested(({ path }) => path === '/api/v1/pods');
  podway.kill('SIGINT');
  const { code, stdout, stderr } = await podway.ended;
  assert.deepEqual([code, stdout, stderr], [130, '', '']);
});

/** A check of stdin; `signals` gets its handlers of signals. */
async function checkStdin(stdin: Readable, signals: Map<string, () => void>) {
  let printed = '';
  await using folder = await folderOf({});
  const code = await check({
    env: { KUBECONFIG: join(folder.path, 'none') },
    args: ['-f', '-'],
    version: '0',
    machine: { cores: 1, memory: 2 ** 30, openFiles: 1024, sharesPorts: false, addresses: [] },
    stdout: { fd: 1, terminal: false },
    streams: { stdin, stdout: process.stdout, stderr: process.stderr },
    print: (text) => {
      printed += text;
    },
    printError: () => undefined,
    memory: () => ({ resident: 0, heap: 0 }),
    onSignal: (signal, listener) => signals.set(signal, listener),
    onFault: () => undefined,
  });
  return { code, printed };
}

test('while stdin sends no data', async () => {
  const signals = new Map<string, () => void>();
  const stdin = new Readable({ read: () => signals.get('SIGTERM')?.() });
  assert.deepEqual(await checkStdin(stdin, signals), { code: 143, printed: '' });
});

test('while many documents are read', async () => {
  const signals = new Map<string, () => void>();
  const documents = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n'.repeat(20_000);
  const stdin = Readable.from([Buffer.from(documents)]);
  // The signal arrives while the first of them are read.
  stdin.once('close', () => setImmediate(() => signals.get('SIGINT')?.()));
  assert.deepEqual(await checkStdin(stdin, signals), { code: 130, printed: '' });
});
