import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPodway } from './podway.ts';
import { SlowPod } from './slow-pod.ts';

/** Code that runs first in every thread of the process: the faults are real, only their cause is ours. */
function injected(code: string): { NODE_OPTIONS: string } {
  const program = `import { isMainThread } from 'node:worker_threads';${code}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(program)}` };
}

const FAULTS = [
  ['uncaught error', 'throw new Error("boom")'],
  ['unhandled rejection', 'Promise.reject(new Error("boom"))'],
] as const;

for (const [name, fault] of FAULTS) {
  test(`PR-09: an ${name} in the main thread is logged, running requests end, exit 1`, async () => {
    using pod = await SlowPod.start();
    await using podway = await startPodway({
      manifests: { 'pod.json': pod.manifest },
      env: {
        ...injected(`process.on('SIGUSR2', () => { ${fault}; });`),
        DRAIN_DELAY: '1h',
        DRAIN_TIMEOUT: '1h',
      },
    });
    await podway.until(200);
    const reply = podway.get('/');
    await pod.asked(1);
    podway.kill('SIGUSR2');
    await podway.until(503);
    pod.answer();
    assert.equal((await reply).status, 200);
    const { code, stdout } = await podway.ended;
    assert.equal(code, 1);
    assert.match(stdout, /"level":"fatal".*boom/);
  });
}

test('PR-10: workers that die one after the other end the process: one line, exit 1', async () => {
  const crash = `if (!isMainThread) setTimeout(() => { throw new Error('boom'); }, 20);`;
  await using podway = await startPodway({ manifests: {}, env: { ...injected(crash), WORKERS: '2' } });
  const { code, stderr } = await podway.ended;
  assert.equal(code, 1);
  const lines = stderr.split('\n').filter((line) => line.startsWith('podway:'));
  assert.deepEqual(lines, ['podway: workers die one after the other, the last one with: boom']);
});
