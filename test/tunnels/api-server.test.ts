import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reason } from '../../src/boundary/reasons.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { get, post } from '../fixtures/check.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import type { Fault } from '../fixtures/kubernetes-api/fault.ts';
import { neverAnswer } from '../fixtures/origin.ts';
import { tunnelScene } from './tunnel-scene.ts';

// Requests while the API server refuses tunnels, is not reachable, or gets too many requests.

const FORWARD = { resource: 'pods/portforward' };
const isForward = ({ path }: { path: string }) => path.endsWith('/portforward');

interface RefusalRow {
  readonly name: string;
  readonly fault: Fault;
  readonly expect: readonly [number, Reason];
}

const always = (code: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: 'status',
  code,
  headers,
});

const REFUSALS: readonly RefusalRow[] = [
  { name: '403', fault: always(403), expect: [503, 'tunnel-forbidden'] },
  { name: '401, twice', fault: always(401), expect: [503, 'tunnel-forbidden'] },
  { name: '429', fault: always(429, { 'Retry-After': '60' }), expect: [503, 'tunnel-throttled'] },
  { name: '503', fault: always(503), expect: [503, 'tunnel-unavailable'] },
  { name: 'no connection', fault: { kind: 'refuse' }, expect: [503, 'tunnel-unavailable'] },
  { name: 'no answer', fault: { kind: 'stall' }, expect: [504, 'connect-timeout'] },
];

for (const { name, fault, expect } of REFUSALS) {
  test(`the API server refuses a tunnel (${name}): ${expect.join(' ')}`, async () => {
    await using it = await tunnelScene(
      { pods: [{ name: 'a' }], settings: { upstreamRetries: 0 } },
      // podway does not try again after 403; the other rows wait until this time is over.
      { limits: { tunnelConnectTimeout: expect[1] === 'tunnel-forbidden' ? 10_000 : 250 } },
    );
    const { scene, way } = it;
    way.api.injectFault({ ...FORWARD, times: 100 }, fault);
    const answered = scene.exchange(post('/', 'body'));
    if (name.startsWith('401')) {
      await withTimeout(way.credentialsRefused(), 'a request for new credentials');
      way.tunnels.use(way.access('other'));
    }
    const { status } = await answered;
    assert.deepEqual([status, scene.router.log[0]?.reason], expect);
    const { scalars } = scene.router.snapshot();
    // When the server does not answer, podway cannot know whether the pod failed.
    assert.equal(scalars.upstream_ejections, name === 'no answer' ? 1 : 0);
    assert.equal(way.unaccepted, name.startsWith('401') ? 1 : 0);
    assert.equal(way.forbidden.length, expect[1] === 'tunnel-forbidden' ? 1 : 0);
    assert.equal(scene.origin('a').connections.length, 0);
  });
}

test('403 is logged with the right that RBAC has to grant', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] }, { api: { token: 'hunter2', rules: [] } });
  assert.equal((await it.scene.exchange(get('/'))).status, 503);
  const message = it.way.forbidden[0]?.message ?? '';
  assert.match(
    message,
    /^grant apiGroups \[""\], resources \["pods\/portforward"\], verbs \["get", "create"\]/,
  );
  assert.doesNotMatch(message, /hunter2/);
});

test('a request whose token is no longer accepted waits for new credentials, which are read once', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] }, { api: { token: 'new' } });
  const { scene, way } = it;
  const answers = [scene.exchange(post('/1', 'body')), scene.exchange(post('/2', 'body'))];
  await withTimeout(way.credentialsRefused(), 'a request for new credentials');
  way.tunnels.use(way.access('new'));
  for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200);
  assert.ok(way.unaccepted <= 2);
});

test('a request that arrives before there are credentials waits for them', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] });
  const { scene, way } = it;
  way.tunnels.use(undefined);
  const answer = scene.exchange(get('/'));
  await scene.untilInFlight();
  assert.equal(way.api.requests.length, 0);
  way.tunnels.use(way.access());
  assert.equal((await answer).status, 200);
});

test('when the API server restarts, waiting requests are answered, without a storm of connections', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] });
  const { scene, way } = it;
  await way.api.down();
  const answers = Array.from({ length: 40 }, () => scene.exchange(get('/')));
  await scene.untilInFlight(40);
  await way.api.up();
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
  assert.equal(way.tunnels.takeFigures().opens.unavailable, undefined);
});

test('an API server that answers 503 gets one attempt at a time, and all requests succeed in the end', async () => {
  await using it = await tunnelScene({ pods: [{ name: 'a' }] });
  const { scene, way } = it;
  way.api.injectFault({ ...FORWARD, times: 3 }, always(503));
  const answers = Array.from({ length: 3 }, () => scene.exchange(get('/')));
  for (const { status } of await Promise.all(answers)) assert.equal(status, 200);
  assert.ok(way.api.requests.filter(isForward).length <= 3 + 3);
});

test('requests above the maximum of tunnels wait until a tunnel ends, and get 503 after the connect timeout (PT-12)', async () => {
  const clock = new TestClock();
  await using it = await tunnelScene(
    { pods: [{ name: 'a', answer: neverAnswer }] },
    { limits: { maxTunnels: 2, tunnelConnectTimeout: 10_000 }, clock },
  );
  const { scene, way } = it;
  const held = [await scene.client(), await scene.client()];
  for (const client of held) await client.send(get('/'));
  await scene.origin('a').request(1);
  const refused = scene.exchange(get('/'));
  await scene.untilInFlight(3);
  clock.advance(10_000);
  const { status } = await refused;
  assert.deepEqual([status, scene.router.log[0]?.reason], [503, 'tunnel-limit']);
  assert.equal(way.api.requests.filter(isForward).length, 2);
  const waiting = scene.exchange(get('/'));
  await scene.untilInFlight(3);
  scene.origin('a').answer = ['HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'];
  held[0]?.reset();
  assert.equal((await waiting).status, 200);
});

test('at the maximum of open tunnels, an idle tunnel is closed for a new one (PT-12)', async () => {
  let endOldestIdle = () => undefined as void;
  await using it = await tunnelScene(
    {
      pods: [
        { name: 'a', hosts: 'a.local' },
        { name: 'b', hosts: 'b.local' },
      ],
    },
    { limits: { maxTunnels: 1 }, full: () => endOldestIdle() },
  );
  endOldestIdle = () => it.scene.router.endOldestIdle();
  for (const name of ['a', 'b', 'a', 'b']) {
    const { text } = await it.scene.exchange(`GET / HTTP/1.1\r\nHost: ${name}.local\r\n\r\n`);
    assert.equal(text, `${name} GET /`);
  }
  assert.equal(it.way.api.requests.filter(isForward).length, 4);
});
