/** One client leaves the answers to its requests unread: podway has them, but can close none of its connections. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { ATTACKER, CrowdedRouter, OTHER } from '../fixtures/crowded-router.ts';

const MAX = 32;
const SHARE = 24;
const REFUSED = '503 overload-client-connections';
const LIMITS = { maxConnections: MAX, maxConnectionsShare: 75 };

/** Opens connections, one after the other, whose client reads no byte of the answer. */
async function leaveUnread(
  router: CrowdedRouter,
  count: number,
  ...lines: readonly string[]
): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  for (let at = 0; at < count; at += 1) {
    const client = await router.client(ATTACKER);
    clients.push(client);
    client.socket.pause();
    const before = router.gauges.buffered_bytes;
    void client.send(get('/long', ...lines));
    await router.until((gauges) => gauges.buffered_bytes > before && gauges.exchanges_in_flight === 0);
  }
  return clients;
}

/** podway counts clients again after requests of a sixteenth of what is in use, where a connection may count twice. */
async function fourthAttempt(
  router: CrowdedRouter,
  headers?: Readonly<Record<string, string>>,
): Promise<string> {
  for (let before = 0; before < 3; before += 1) await router.attempt(ATTACKER, headers);
  return await router.attempt(ATTACKER, headers);
}

test('unread answers of one client use up its share, and leave room for others', async () => {
  await using router = await CrowdedRouter.start(LIMITS);
  await leaveUnread(router, SHARE);
  assert.equal(await fourthAttempt(router), REFUSED);
  assert.equal(await router.attempt(OTHER), 'open');
});

for (const [name, lines] of [
  ['that stay open', []],
  ['that podway is closing', ['Connection: close']],
] as const)
  test(`unread answers on connections of a trusted proxy ${name} count for the client that it reports`, async () => {
    await using router = await CrowdedRouter.start({ ...LIMITS, trustedProxies: [ATTACKER] });
    await leaveUnread(router, SHARE, 'X-Forwarded-For: 2001:DB8::1', ...lines);
    const from = (client: string) => ({ 'X-Forwarded-For': client });
    assert.equal(await fourthAttempt(router, from('2001:db8:0:0:f::2')), REFUSED);
    assert.equal(await router.attempt(ATTACKER, from('2001:db8:0:1::2')), 'open');
  });

test('a connection of a trusted proxy counts for no client when it has taken the answer', async () => {
  await using router = await CrowdedRouter.start({ ...LIMITS, trustedProxies: [ATTACKER] });
  const clients = await leaveUnread(router, SHARE, 'X-Forwarded-For: 192.0.2.1');
  for (const { socket } of clients) socket.resume();
  await router.until((gauges) => gauges.buffered_bytes === 0);
  for (let at = 0; at <= SHARE; at += 1)
    assert.equal(await router.attempt(ATTACKER, { 'X-Forwarded-For': `192.0.2.${2 + (at % 4)}` }), 'open');
  assert.equal(await router.attempt(ATTACKER, { 'X-Forwarded-For': '192.0.2.1' }), 'open');
});

test('a new client gets the place of an idle connection although many with unread answers waited for longer', async () => {
  await using router = await CrowdedRouter.start({ maxConnections: MAX, maxConnectionsShare: 100 });
  await leaveUnread(router, SHARE);
  for (let count = SHARE; count < MAX; count += 1)
    assert.equal((await (await router.client(OTHER)).exchange(get('/'))).status, 200);
  for (let count = 0; count < MAX; count += 1) assert.equal(await router.request(OTHER), '200');
});
