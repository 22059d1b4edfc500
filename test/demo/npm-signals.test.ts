import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { freePorts } from '../fixtures/free-ports.ts';
import { rejectAfter } from '../fixtures/socket-reader.ts';
import { listens, ROOT, runs } from './demo-process.ts';

const TIMEOUT = 40_000;

/** `npm start` in its own process group. */
function npmStart(env: Readonly<Record<string, string>>): ChildProcess {
  return spawn('npm', ['start'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
}

async function printsAll({ stdout }: ChildProcess, text: string): Promise<void> {
  let output = '';
  for await (const chunk of stdout ?? []) {
    output += String(chunk);
    if (output.includes(text)) return;
  }
  assert.fail(output);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} to npm alone ends npm start, its pods and its router`, async () => {
    const [port = 0, tlsPort = 0, adminPort = 0, operatorPort = 0] = await freePorts(4);
    const npm = npmStart({
      PORT: String(port),
      TLS_PORT: String(tlsPort),
      ADMIN_PORT: String(adminPort),
      OPERATOR_PORT: String(operatorPort),
    });
    const group = npm.pid ?? 0;
    const closed = once(npm, 'exit');
    try {
      await rejectAfter(TIMEOUT, 'the guide', printsAll(npm, 'Ctrl-C ends the router and its pods.'));
      const ports = [port, tlsPort, adminPort, operatorPort].map((it) => ({
        address: '127.0.0.1',
        port: it,
      }));
      assert.deepEqual(await Promise.all(ports.map(listens)), [true, true, true, true]);
      npm.kill(signal);
      await rejectAfter(TIMEOUT, 'the end of npm', closed);
      assert.equal(runs(-group), false);
      assert.deepEqual(await Promise.all(ports.map(listens)), [false, false, false, false]);
    } finally {
      if (runs(-group)) process.kill(-group, 'SIGKILL');
    }
  });
}
