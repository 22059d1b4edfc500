/** One client leaves the answers to its requests unread: podway has them, but can close none of its connections. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ATTACKER, CrowdedRouter, OTHER } from '../fixtures/crowded-router.ts';

const MAX = 32;
const SHARE = 24;
const LIMITS = { maxConnections: MAX, maxConnectionsShare: 75 };

/** Opens connections, one after the other, whose client reads no byte of the answer. */
async function leaveUnread(router: CrowdedRouter, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    const client = await router.client(ATTACKER);
    client.socket.pause();
    const before = router.gauges.buffered_bytes;
    void client.send(get('/long'));
    await router.until((gauges) => gauges.buffered_bytes > before && gauges.exchanges_in_flight === 0);
  }
}

test('unread answers of one client use up its share, and leave room for others', async () => {
  await using router = await CrowdedRouter.start(LIMITS);
  await leaveUnread(router, SHARE);
  // podway counts clients again after requests of a sixteenth of what is in use.
  const statuses = [
    await router.attempt(ATTACKER),
    await router.attempt(ATTACKER),
    await router.attempt(ATTACKER),
  ];
  assert.equal(statuses.at(-1), '503 overload-client-connections');
  assert.equal(await router.attempt(OTHER), 'open');
});

test('a new client gets the place of an idle connection although many with unread answers waited for longer', async () => {
  await using router = await CrowdedRouter.start({ maxConnections: MAX, maxConnectionsShare: 100 });
  await leaveUnread(router, SHARE);
  for (let count = SHARE; count < MAX; count += 1)
    assert.equal((await (await router.client(OTHER)).exchange(get('/'))).status, 200);
  for (let count = 0; count < MAX; count += 1) assert.equal(await router.request(OTHER), '200');
});
