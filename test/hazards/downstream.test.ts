import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from '../fixtures/check.ts';
import { checkConversations } from '../fixtures/conversation.ts';
import { startScene } from '../fixtures/scene.ts';
import { EXPECTATIONS, LEAVING, ODD_CLIENTS } from './downstream-rows.ts';

await checkConversations('a client that leaves frees its pod, and affects no other client', LEAVING);
await checkConversations('a body is requested, waited for and bounded', EXPECTATIONS);
await checkConversations('old, silent and slow clients', ODD_CLIENTS);

const BURST = 2000;
/** Clients, router and pod are one process: a busy machine takes longer for all of them than tests allow for one. */
const PATIENT = {
  requestHeadTimeout: 60_000,
  clientIdleTimeout: 60_000,
  connectTimeout: 60_000,
  responseHeadTimeout: 60_000,
};

test(`${BURST} connections at once: every one is accepted and answered (DF-23)`, async () => {
  await using scene = await startScene({
    pods: [{ name: 'o1' }],
    settings: { maxConnections: 2 * BURST, maxInFlight: 2 * BURST, shedAtLag: 60_000, ...PATIENT },
  });
  const answers = await Promise.all(
    Array.from({ length: BURST }, (_, index) => scene.exchange(get(`/${index}`))),
  );
  for (const [index, { text }] of answers.entries()) assert.equal(text, `o1 GET /${index}`);
});
