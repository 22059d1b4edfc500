/** One client holds WebSockets, with other connections in use. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ATTACKER, CrowdedRouter, OTHER, THIRD } from '../fixtures/crowded-router.ts';

/** One client may use 75 % of these, which are 12. podway counts clients at the request after: see ClientShare. */
const MAX = 16;
const SHARE = 12;
const REFUSED = '503 overload-client-connections';
const LIMITS = { maxConnections: MAX, maxConnectionsShare: 75 };

test('WebSockets of one client leave room for WebSockets and requests of others (WS-31)', async () => {
  await using router = await CrowdedRouter.start(LIMITS);
  const { sockets, refused } = await router.fill(ATTACKER);
  assert.deepEqual([sockets.length, refused], [SHARE, REFUSED]);
  assert.equal(await router.request(ATTACKER), REFUSED);
  for (let count = SHARE; count < MAX - 1; count += 1) {
    assert.equal(await router.request(OTHER), '200');
    assert.equal(await router.attempt(OTHER), 'open');
  }
  const { refusals } = router.scene.router.snapshot();
  assert.deepEqual(refusals, [{ reason: 'overload-client-connections', count: 2 }]);
});

test('a client gets its share again when its WebSockets have ended', async () => {
  await using router = await CrowdedRouter.start(LIMITS);
  const { sockets } = await router.fill(ATTACKER);
  for (const socket of sockets) socket.terminate();
  await router.until(({ tunnels }) => tunnels === 0);
  assert.deepEqual((await router.fill(ATTACKER)).sockets.length, SHARE);
});

test('WebSockets and requests of one client share its part of MAX_CONNECTIONS', async () => {
  await using router = await CrowdedRouter.start(LIMITS);
  for (let count = 0; count < SHARE; count += 1) {
    if (count % 2 === 0) assert.equal(await router.attempt(ATTACKER), 'open');
    else await (await router.client(ATTACKER)).send(get('/silent'));
  }
  await router.until(({ exchanges_in_flight: inFlight }) => inFlight === SHARE / 2);
  assert.equal(await router.attempt(ATTACKER), REFUSED);
  assert.equal(await router.request(ATTACKER), REFUSED);
  assert.equal(await router.attempt(OTHER), 'open');
});

test('WebSockets through a trusted proxy are counted by the clients that it reports', async () => {
  await using router = await CrowdedRouter.start({ ...LIMITS, trustedProxies: [ATTACKER] });
  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const { sockets, refused } = await router.fill(ATTACKER, (count) => from(`2001:db8::${count + 1}`));
  assert.deepEqual([sockets.length, refused], [SHARE, REFUSED]);
  assert.equal(await router.attempt(ATTACKER, from('2001:db8::ff')), REFUSED);
  assert.equal(await router.attempt(ATTACKER, from('2001:db8:0:1::1')), 'open');
  assert.equal(await router.attempt(ATTACKER, from('192.0.2.1')), 'open');
  assert.equal(await router.request(ATTACKER, 'X-Forwarded-For: 192.0.2.2'), '200');
});

test('with MAX_CONNECTIONS_SHARE=100 one client may use all connections', async () => {
  await using router = await CrowdedRouter.start({ ...LIMITS, maxConnectionsShare: 100 });
  const { sockets, refused } = await router.fill(ATTACKER);
  assert.equal(sockets.length, MAX);
  assert.doesNotMatch(refused, /^\d/);
  assert.equal(await router.request(OTHER), 'closed');
  const { scalars, refusals } = router.scene.router.snapshot();
  assert.deepEqual([scalars.downstream_connections_shed, refusals], [2, []]);
});

test('connections that wait for a request use up no share', async () => {
  await using router = await CrowdedRouter.start(LIMITS);
  for (let count = 0; count < 2 * MAX; count += 1)
    assert.equal((await (await router.client(ATTACKER)).exchange(get('/'))).status, 200);
  assert.equal(await router.attempt(ATTACKER), 'open');
  assert.equal(await router.request(OTHER), '200');
});

test('a client that has released its connections gets the next answer, although few requests came since the count', async () => {
  await using router = await CrowdedRouter.start({ maxConnections: 128, maxConnectionsShare: 25 });
  for (const client of [OTHER, THIRD])
    for (let count = 0; count < 24; count += 1) assert.equal(await router.attempt(client), 'open');
  const { sockets, refused } = await router.fill(ATTACKER);
  assert.equal(refused, REFUSED);
  for (const socket of sockets) socket.terminate();
  await router.until(({ tunnels }) => tunnels === 48);
  assert.equal(await router.request(ATTACKER), REFUSED);
  await router.pass(1_000);
  assert.equal(await router.request(ATTACKER), '200');
});
