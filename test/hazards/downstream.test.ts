import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { checkConversations } from '../fixtures/conversation.ts';
import { startScene } from '../fixtures/scene.ts';
import { isWide } from '../fixtures/wide.ts';
import { EXPECTATIONS, LEAVING, ODD_CLIENTS } from './downstream-rows.ts';

await checkConversations(
  'a client that disconnects frees its pod, and does not affect other clients',
  LEAVING,
);
await checkConversations('podway requests a body, waits for it and limits it', EXPECTATIONS);
await checkConversations('old, silent and slow clients', ODD_CLIENTS);

const BURST = isWide ? 2000 : 300;
/**
 * Clients, router and pod are one process: on a busy machine all of them take longer than the default limits of a test.
 */
const LONG_TIMEOUTS = {
  requestHeadTimeout: 60_000,
  clientIdleTimeout: 60_000,
  connectTimeout: 60_000,
  responseHeadTimeout: 60_000,
};

test(`${BURST} concurrent connections: all are accepted and answered (DF-23)`, async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1' }],
    settings: { maxConnections: 2 * BURST, maxInFlight: 2 * BURST, shedAtLag: 60_000, ...LONG_TIMEOUTS },
  });
  const answers = await Promise.all(
    Array.from({ length: BURST }, (_, index) => scene.exchange(get(`/${index}`))),
  );
  for (const [index, { text }] of answers.entries()) assert.equal(text, `o1 GET /${index}`);
});
