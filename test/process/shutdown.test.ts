import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeepAliveClient } from '../rig/keep-alive-client.ts';
import { type Podway, startPodway } from './podway.ts';
import { SlowPod } from './slow-pod.ts';

async function serving(pod: SlowPod, env: Readonly<Record<string, string>>): Promise<Podway> {
  const podway = await startPodway({ manifests: { 'pod.json': pod.manifest }, env });
  await podway.until(200);
  return podway;
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: not ready at once, still serving for DRAIN_DELAY, running requests end, exit 0`, async () => {
    using pod = await SlowPod.start();
    await using podway = await serving(pod, { DRAIN_DELAY: '1s', DRAIN_TIMEOUT: '20s' });
    const early = podway.get('/early');
    await pod.asked(1);
    podway.kill(signal);
    const refusal = await podway.until(503);
    assert.deepEqual(JSON.parse(refusal.body), { ready: false, reasons: ['draining'] });
    const late = podway.get('/late');
    await pod.asked(2);
    pod.answer();
    assert.equal((await early).status, 200);
    assert.equal((await late).status, 200);
    assert.equal((await podway.ended).code, 0);
  });
}

test('PR-02: an idle process waits for DRAIN_DELAY and no longer, kept connections or not', async () => {
  using pod = await SlowPod.start();
  await using podway = await serving(pod, {
    DRAIN_DELAY: '300ms',
    DRAIN_TIMEOUT: '1h',
    KEEPALIVE_TIMEOUT: '1h',
  });
  const idle = new KeepAliveClient(podway.port, podway.address);
  const reply = idle.get('t.local');
  await pod.asked(1);
  pod.answer();
  assert.equal((await reply).status, 200);
  podway.kill('SIGTERM');
  await podway.until(503);
  const { code, stdout } = await podway.ended;
  idle.close();
  assert.equal(code, 0);
  assert.match(stdout, /"cut":0,"msg":"drained"/);
});

test('a request that runs on after the delay ends in its own time', async () => {
  using pod = await SlowPod.start();
  await using podway = await serving(pod, { DRAIN_TIMEOUT: '20s' });
  const reply = podway.get('/');
  await pod.asked(1);
  podway.kill('SIGTERM');
  await podway.eventually(() => assert.rejects(podway.connect(), { code: 'ECONNREFUSED' }));
  pod.answer();
  assert.equal((await reply).headers['connection'], 'close');
  assert.equal((await podway.ended).code, 0);
});

test('what outlives DRAIN_TIMEOUT is cut and counted; exit 0 all the same', async () => {
  using pod = await SlowPod.start();
  await using podway = await serving(pod, { DRAIN_TIMEOUT: '100ms' });
  const cut = podway.get('/never');
  await pod.asked(1);
  podway.kill('SIGTERM');
  assert.equal((await cut).status, 503);
  const { code, stdout } = await podway.ended;
  assert.equal(code, 0);
  assert.match(stdout, /"cut":1,"msg":"drained"/);
});

const SECOND = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const;

for (const [signal, expected] of SECOND) {
  test(`PR-03: a second signal, ${signal}, ends the process at once with ${expected}`, async () => {
    using pod = await SlowPod.start();
    await using podway = await serving(pod, { DRAIN_DELAY: '1h' });
    podway.kill('SIGTERM');
    await podway.until(503);
    podway.kill(signal);
    assert.equal((await podway.ended).code, expected);
  });
}

test('PR-04: SIGHUP, SIGPIPE, SIGUSR1 and SIGUSR2 are survived, and no inspector opens', async () => {
  using pod = await SlowPod.start();
  await using podway = await serving(pod, {});
  for (const signal of ['SIGHUP', 'SIGPIPE', 'SIGUSR1', 'SIGUSR2'] as const) {
    podway.kill(signal);
    await podway.eventually(async () => {
      assert.ok(podway.stdout.includes(`"signal":"${signal}","msg":"ignored"`));
    });
  }
  const reply = podway.get('/after');
  await pod.asked(1);
  pod.answer();
  assert.equal((await reply).status, 200);
  podway.kill('SIGTERM');
  const { code, stderr } = await podway.ended;
  assert.deepEqual([code, stderr], [0, '']);
});
