import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { freePort } from '../fixtures/free-ports.ts';
import { base64, podManifest, secretManifest } from '../fixtures/manifest.ts';
import { type Podway, startPodway } from './podway.ts';
import { SlowPod } from './slow-pod.ts';

type Line = Readonly<Record<string, unknown>>;

/** The lines of the log with this message. */
function lines(podway: Podway, message: string): Line[] {
  const whole = podway.stdout.slice(0, podway.stdout.lastIndexOf('\n') + 1);
  const all = whole.split('\n').filter((line) => line !== '');
  return all.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === message);
}

async function untilLine(podway: Podway, message: string): Promise<Line> {
  return podway.eventually(async () => {
    const [line] = lines(podway, message);
    assert.ok(line, `no line: ${message}`);
    return line;
  });
}

test('the log of changes: routes, and pods that fail', async (t) => {
  const port = await freePort();
  const failing = podManifest({ name: 'web', namespace: 'shop', hosts: 't.local', paths: '/', port });
  const other = (hosts: string) =>
    podManifest({ name: 'other', namespace: 'shop', hosts, paths: '/ /api', port: 80 });
  await using podway = await startPodway({
    manifests: { 'pod.json': failing, 'other.json': other('a.local') },
    env: { EJECTION_TIME: '50ms', EJECTION_MAX_TIME: '50ms', LOG_INTERVAL: '1h' },
  });
  await podway.until(200);

  await t.test('the log reports the ejection of a pod with its reason, and its return', async () => {
    for (let count = 0; count < 3; count += 1) assert.equal((await podway.get('/')).status, 502);
    const { time, ...ejected } = await untilLine(podway, 'pod ejected');
    assert.equal(typeof time, 'string');
    const where = { namespace: 'shop', pod: 'web', address: `127.0.0.1:${port}` };
    assert.deepEqual(ejected, {
      level: 'warn',
      ...where,
      reason: 'connect-refused',
      leftOutFor: 50,
      msg: 'pod ejected',
    });
    const server = createServer((_, response) => response.end('well')).listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
      await podway.eventually(async () => assert.equal((await podway.get('/')).status, 200));
      const { after, ...returned } = await untilLine(podway, 'ejected pod returned');
      assert.ok(Number(after) > 0);
      assert.partialDeepStrictEqual(returned, { level: 'info', ...where });
    } finally {
      server.closeAllConnections();
      server.close();
    }
    assert.equal(lines(podway, 'pod ejected').length, 1);
  });

  await t.test('the log names added and removed routes', async () => {
    const [first] = lines(podway, 'published');
    assert.partialDeepStrictEqual(first, { level: 'info', added: ['a.local/', 'a.local/api', 't.local/'] });
    await podway.write('other.json', other('b.local'));
    await podway.eventually(async () => {
      const logged = lines(podway, 'published').slice(1);
      const names = (kind: string) =>
        logged.flatMap((line) => (line[kind] as string[] | undefined) ?? []).sort();
      assert.deepEqual(names('added'), ['b.local/', 'b.local/api']);
      assert.deepEqual(names('gone'), ['a.local/', 'a.local/api']);
    });
  });
});

/** Makes the worker throw when the main thread requests its figures for the first time. */
const FAULT = `import { isMainThread, parentPort, threadId } from 'node:worker_threads';
if (!isMainThread && threadId === 1) parentPort.on('message', ({ type }) => {
  if (type === 'figures') throw new Error('for the test');
});`;

test('the log reports the death of a worker and its replacement', async () => {
  await using podway = await startPodway({
    manifests: {},
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(FAULT)}` },
  });
  await podway.until(200);
  await podway.admin('/metrics');
  await untilLine(podway, 'a worker died and is being replaced');
  const { level, worker, restarts, after } = await untilLine(podway, 'worker replaced');
  assert.deepEqual([level, worker, restarts], ['info', 0, 1]);
  assert.ok(Number(after) > 0);
});

test('the log of requests that podway refuses', async (t) => {
  using pod = await SlowPod.start();
  const fields = { 'api-key': 'the old secret', 'api-key.next': 'the new secret' };
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest, 'secret.json': secretManifest('shop', fields) },
    env: { MAX_IN_FLIGHT: '1', WORKERS: '1' },
  });
  await podway.until(200);
  const header = (value: string) => ({ 'x-routing-api-key': base64(value) });

  await t.test('the log and the metrics report keys by namespace and field, never by value', async () => {
    assert.equal((await podway.get('/')).status, 403);
    assert.partialDeepStrictEqual(await untilLine(podway, 'requests refused for their key'), {
      level: 'warn',
      namespace: 'shop',
      missing: 1,
      wrong: 0,
    });
    assert.equal((await podway.get('/', header('a wrong secret'))).status, 403);
    const passed = podway.get('/', header('the new secret'));
    await pod.untilWaiting(1);
    pod.answer();
    assert.equal((await passed).status, 200);
    const { body } = await podway.admin('/metrics');
    assert.match(body, /^podway_forbidden_total\{namespace="shop",cause="wrong-key"\} 1$/m);
    assert.match(body, /^podway_key_uses_total\{namespace="shop",field="api-key.next"\} 1$/m);
    assert.match(body, /^podway_key_uses_total\{namespace="shop",field="api-key"\} 0$/m);
    assert.equal((await untilLine(podway, 'key in use'))['field'], 'api-key.next');
    const logged = podway.stdout + body + (await podway.admin('/routes')).body;
    for (const value of ['the old secret', 'the new secret', 'a wrong secret'])
      assert.ok(!logged.includes(value) && !logged.includes(base64(value)));
  });

  await t.test('the log reports the start of an overload, with figures', async () => {
    const served = podway.get('/', header('the old secret'));
    await pod.untilWaiting(1);
    for (let count = 0; count < 5; count += 1)
      assert.equal((await podway.get('/', header('the old secret'))).status, 503);
    const line = await untilLine(podway, 'overload begins');
    assert.deepEqual([line['level'], line['worker'], line['inFlight']], ['warn', 0, 1]);
    assert.ok(Object.keys(line['turnedAway'] as object).includes('overload-in-flight'));
    pod.answer();
    assert.equal((await served).status, 200);
    assert.equal(lines(podway, 'overload begins').length, 1);
  });
});
