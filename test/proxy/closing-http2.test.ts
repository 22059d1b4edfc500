/** HTTP/2 connections that end, and whose clients do not close them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTACKER, CrowdedRouter, OTHER } from '../fixtures/crowded-router.ts';
import { FRAME, frame, PREFACE, settings } from '../fixtures/http2/frames.ts';
import { headers, pseudo } from '../fixtures/http2/raw-http2-client.ts';

const MAX = 4;
const GOAWAY = frame(FRAME.goaway, 0, 0, Buffer.alloc(8));

for (const [name, last] of [
  ['the GOAWAY of its client', GOAWAY],
  ['its last answer', Buffer.concat([headers(1, pseudo()), GOAWAY])],
  ['a violation of the protocol', frame(FRAME.data, 0, 0, Buffer.from('x'))],
] as const)
  test(`an HTTP/2 connection that stays open after ${name} gives its place to a new client`, async () => {
    await using router = await CrowdedRouter.start({ maxConnections: MAX, lingerTimeout: 60_000 });
    for (let count = 0; count < MAX; count += 1) {
      const client = await router.client(ATTACKER);
      await client.send(Buffer.concat([Buffer.from(PREFACE), settings([]), last]));
      await client.closed();
    }
    assert.equal(router.gauges.downstream_connections, MAX);
    assert.equal(await router.request(OTHER), '200');
    assert.equal(await router.attempt(OTHER), 'open');
  });
