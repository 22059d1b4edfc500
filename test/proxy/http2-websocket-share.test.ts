/** WebSockets on HTTP/2 connections take places of MAX_CONNECTIONS. */
import assert from 'node:assert/strict';
import type { ClientHttp2Session } from 'node:http2';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { ATTACKER, CrowdedRouter, OTHER } from '../fixtures/crowded-router.ts';

const MAX = 16;
/** The connection of the WebSockets counts, too. */
const SHARE = 11;
const REFUSED = '503 overload-client-connections';
const LIMITS = { maxConnections: MAX, maxConnectionsShare: 75 };

async function atOnce(router: CrowdedRouter, session: ClientHttp2Session, count: number) {
  const statuses = await Promise.all(
    Array.from({ length: count }, async () => await router.http2WebSocket(session)),
  );
  return {
    open: statuses.filter((status) => status === '200').length,
    refused: new Set(statuses.filter((status) => status !== '200')),
  };
}

test('WebSockets on one HTTP/2 connection count in MAX_CONNECTIONS and in the share of their client, also if all open at once (H2-79)', async () => {
  await using router = await CrowdedRouter.start(LIMITS);
  const session = await router.http2(ATTACKER);
  assert.deepEqual(await atOnce(router, session, 3 * MAX), { open: SHARE, refused: new Set([REFUSED]) });
  assert.equal(router.gauges.http2_websockets, SHARE);
  assert.equal(await router.http2WebSocket(session), REFUSED);
  assert.equal(await router.attempt(ATTACKER), REFUSED);
  assert.equal(await router.attempt(OTHER), 'open');
  assert.equal(await router.http2WebSocket(await router.http2(OTHER)), '200');
  session.destroy();
  await router.until(({ http2_websockets: count }) => count === 1);
  assert.equal(await router.attempt(ATTACKER), 'open');
});

test('when all of MAX_CONNECTIONS is in use, a WebSocket on an HTTP/2 connection is refused', async () => {
  await using router = await CrowdedRouter.start({ ...LIMITS, maxConnectionsShare: 100 });
  const session = await router.http2(ATTACKER);
  const answers = await atOnce(router, session, 2 * MAX);
  assert.deepEqual(answers, { open: MAX - 1, refused: new Set(['503 overload-connections']) });
  assert.equal(await router.request(OTHER), 'closed');
});

test('a WebSocket on an HTTP/2 connection gets the place of a connection that waits for a request', async () => {
  await using router = await CrowdedRouter.start({ ...LIMITS, maxConnectionsShare: 100 });
  const session = await router.http2(ATTACKER);
  const waiting = await router.client(OTHER);
  assert.equal((await waiting.exchange(get('/'))).status, 200);
  const answers = await atOnce(router, session, MAX - 1);
  assert.deepEqual(answers, { open: MAX - 1, refused: new Set() });
  await waiting.closed();
  assert.equal(router.scene.router.snapshot().scalars.downstream_connections_shed, 1);
});

test('HTTP/2 connections of a trusted proxy count for no client', async () => {
  await using router = await CrowdedRouter.start({ ...LIMITS, trustedProxies: [ATTACKER] });
  for (let count = 0; count < MAX - 1; count += 1) {
    const session = await router.http2(ATTACKER);
    const path = { ':authority': 't.local', ':path': '/silent', 'x-forwarded-for': `192.0.2.${count}` };
    session.request(path).on('error', () => undefined);
    await router.until(({ exchanges_in_flight: inFlight }) => inFlight === count + 1);
  }
  assert.equal(await router.request(ATTACKER), '200');
});

test('a client with one WebSocket on each HTTP/2 connection exceeds its share by no more than a sixteenth', async () => {
  await using router = await CrowdedRouter.start({ ...LIMITS, maxConnections: 64 });
  const open = async () => await router.http2WebSocket(await router.http2(ATTACKER));
  // These and their connections are 75 % of 64, which podway counts for the WebSocket of another client.
  for (let count = 0; count < 24; count += 1) assert.equal(await open(), '200');
  assert.equal(await router.attempt(OTHER), 'open');
  assert.equal(await open(), '200');
  assert.equal(await open(), REFUSED);
});
