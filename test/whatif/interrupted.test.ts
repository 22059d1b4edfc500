/** A signal ends a check, whatever it waits for. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { check } from '../../src/cli/check.ts';
import { startPodway } from '../process/podway.ts';
import { folderOf } from './checking.ts';
import { clusterOf } from './live-cluster.ts';

test('while an API server does not answer', async () => {
  await using api = await clusterOf([]);
  api.fault({ resource: 'pods' }, { kind: 'stall' });
  const kubeconfig = JSON.parse(api.kubeconfig()) as unknown;
  await using podway = await startPodway({ args: ['check', '--live'], kubeconfig });
  await api.seen(({ path }) => path === '/api/v1/pods');
  podway.kill('SIGINT');
  const { code, stdout, stderr } = await podway.ended;
  assert.deepEqual([code, stdout, stderr], [130, '', '']);
});

test('while stdin says nothing', async () => {
  const stdin = new PassThrough();
  const signals = new Map<string, () => void>();
  await using folder = await folderOf({});
  const ended = check({
    env: { KUBECONFIG: join(folder.path, 'none') },
    args: ['-f', '-'],
    version: '0',
    machine: { cores: 1, memory: 2 ** 30, openFiles: 1024, sharesPorts: false },
    stdout: { fd: 1, terminal: false },
    streams: { stdin, stdout: process.stdout, stderr: process.stderr },
    print: () => undefined,
    complain: () => undefined,
    onSignal: (signal, listener) => signals.set(signal, listener),
    memory: () => ({ resident: 0, heap: 0 }),
    onFault: () => undefined,
  });
  signals.get('SIGTERM')?.();
  assert.equal(await ended, 143);
});
