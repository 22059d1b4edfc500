import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { freePorts } from '../fixtures/free-ports.ts';
import { kubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { DemoProcess, listens } from './demo-process.ts';

const run = promisify(execFile);
const PATIENCE = 10_000;

test('npm run stand-in: the kubectl lines it prints work, and its end leaves nothing behind', async (t) => {
  const tools = await kubernetesTools();
  if (typeof tools === 'string') return t.skip(tools);
  const [port = 0, adminPort] = await freePorts(2);
  const env = { PORT: String(port), ADMIN_PORT: String(adminPort), OPERATOR_PORT: 'none' };
  await using demo = new DemoProcess(env, ['test/rigs/stand-in.ts']);
  await demo.says('Ctrl-C ends all of it.');
  const kubeconfig = /KUBECONFIG=(\S+)/.exec(demo.printed)?.[1] ?? '';
  const lines = demo.printed.match(/^ {2}kubectl .*$/gm) ?? [];
  const kubectl = async (start: string): Promise<string> => {
    const line = lines.find((it) => it.trim().startsWith(`kubectl ${start}`));
    assert.ok(line, start);
    const words = line.trim().split(' ').slice(1);
    const options = { env: { HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig }, timeout: 30_000 };
    return (await run(tools.kubectl, words, options)).stdout;
  };
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

  const place = `127.0.0.1:${port}`;
  assert.ok(demo.printed.includes(`curl ${place}/ ${place}/\n`), demo.printed);
  assert.equal(await listens({ address: '127.0.0.2', port }), false);
  assert.match(await kubectl('get pods'), /^shop +web-1 /m);
  await eventually(async () => assert.equal(await status('/vault'), 403));
  await kubectl('annotate pod web-1');
  await eventually(async () => assert.equal(await status('/blue'), 200));
  await kubectl('annotate pod web-2');
  await eventually(async () => assert.match(await kubectl('describe pod web-2'), /PortNotDeclared/));
  assert.match(await kubectl('exec web-1'), /^\w+ /);
  await kubectl('delete secret');
  await eventually(async () => assert.equal(await status('/vault'), 200));

  demo.kill('SIGTERM');
  assert.equal(await demo.ended, 0);
  assert.equal(await listens({ address: '127.0.0.1', port }), false);
  assert.equal(existsSync(kubeconfig), false);
});

/** Repeats `attempt` until it does not throw; fails with its last error. */
async function eventually(attempt: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
