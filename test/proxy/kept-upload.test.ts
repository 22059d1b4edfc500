import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import { duplexClient } from '../../src/proxy/downstream/client-stream.ts';
import { DownstreamConnection } from '../../src/proxy/downstream/http1/downstream-connection.ts';
import { workerSettings } from '../fixtures/settings.ts';

test('a write that refers to kept bytes does not hold the buffer that clients share', () => {
  const plane = new DataPlane(workerSettings({}));
  const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const peer = { address: '127.0.0.1', trusted: false, proto: 'http' } as const;
  const client = duplexClient(socket, peer, plane.buffers);
  const connection = new DownstreamConnection(plane, client, peer);
  const { shared } = plane.buffers;
  // What was kept of earlier reads goes to the pod while nothing is read.
  connection.retain(Buffer.alloc(20_000));
  connection.received(shared, shared.write('G'));
  assert.equal(connection.readBuffer, shared);
  connection.retain(shared);
  assert.throws(() => connection.received(shared, shared.write('ET')), /shared read buffer/);
  plane.close();
});
