import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import { startScene } from '../fixtures/scene.ts';
import { workerSettings } from '../fixtures/settings.ts';

const CLIENTS = 256;
const skip = process.platform !== 'linux' && 'several listeners share a port on Linux only';

test(`${CLIENTS} clients that connect at once do not wait for ${CLIENTS} turns of the loop`, {
  skip,
}, async () => {
  await using scene = await startScene({ pods: [] });
  const clients = Array.from({ length: CLIENTS }, () => connect(scene.router.port, '127.0.0.1'));
  const accepted = (): number => scene.router.snapshot().gauges.downstream_connections;
  let turns = 0;
  for (; accepted() < CLIENTS; turns += 1) await turnEnds();
  for (const client of clients) client.destroy();
  assert.ok(turns < CLIENTS / 2, `${turns} turns`);
});

test('podway refuses to share a port with another program, although its listeners share a port', async () => {
  const first = new DataPlane(workerSettings({ port: 0 }));
  const { port } = await first.listen();
  const second = new DataPlane(workerSettings({ port }));
  await assert.rejects(second.listen(), { code: 'EADDRINUSE' });
  second.close();
  first.close();
  const again = new DataPlane(workerSettings({ port }));
  assert.equal((await again.listen()).port, port, 'free again');
  const client = connect(port, '127.0.0.1');
  await once(client, 'connect');
  client.destroy();
  again.close();
});
