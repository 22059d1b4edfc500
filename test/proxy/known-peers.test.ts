/** What connections from one address share, and what they do not share. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Peer } from '../../src/http1/forwarded-lines.ts';
import { KnownPeers } from '../../src/proxy/downstream/known-peers.ts';
import { get } from '../fixtures/check.ts';
import { startScene } from '../fixtures/scene.ts';

const PEER: Peer = { address: '192.0.2.1', network: '192.0.2.1', trusted: false, proto: 'http' };
const TLS = { lines: '' } as NonNullable<Peer['tls']>;

test('equal peers get one object', () => {
  const peers = new KnownPeers();
  const first = peers.of(PEER);
  assert.equal(peers.of({ ...PEER }), first);
  assert.notEqual(peers.of({ ...PEER, trusted: true }), first);
  const secure: Peer = { ...PEER, proto: 'https', tls: TLS };
  assert.notEqual(peers.of(secure), peers.of(secure));
});

test('peers with the same place replace each other', () => {
  const peers = new KnownPeers();
  for (let turn = 0; turn < 2; turn += 1)
    for (let at = 0; at < 1_000; at += 1) {
      const address = `10.0.${at >> 8}.${at & 255}`;
      assert.equal(peers.of({ ...PEER, address }).peer.address, address);
    }
});

test('two connections of a client with the same head: each request has its own id and its own answer', async () => {
  await using scene = await startScene({ pods: [{ name: 'app' }] });
  using one = await scene.client();
  using two = await scene.client();
  for (let at = 0; at < 3; at += 1)
    for (const client of [one, two]) assert.equal((await client.exchange(get('/'))).status, 200);
  const heads = await Promise.all([0, 1, 2, 3, 4, 5].map((at) => scene.origin('app').request(at)));
  const lines = heads.map(({ head }) => head.lines.filter((it) => it.startsWith('X-Request-Id: ')));
  assert.equal(new Set(lines.flat()).size, 6);
});
