import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parameter } from '../fixtures/load/figures.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { neverAnswer, type Answer } from '../fixtures/origin.ts';
import { digest, patternOf } from '../fixtures/pattern.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { startScene, type Scene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { echoing, handshake, switching } from '../fixtures/websocket.ts';

async function scene(answer: Answer = echoing, settings: SettingsOverrides = {}): Promise<Scene> {
  return startScene({ pods: [{ name: 'o1', answer }], settings });
}

async function opened(running: Scene): Promise<RawClient> {
  const client = await running.client();
  assert.equal((await client.exchange(handshake('/'))).status, 101);
  return client;
}

async function echoes(client: RawClient, text: string): Promise<void> {
  await client.send(text);
  assert.equal((await client.reader.read(text.length)).toString(), text);
}

for (const side of ['client', 'pod'] as const) {
  test(`podway stops reading from the other side of a ${side} that stops reading (W12, WS-16)`, async () => {
    await using running = await scene([switching(), neverAnswer]);
    using client = await opened(running);
    const { socket: pod } = await running.origin('o1').connection();
    const [reader, writer] = side === 'client' ? [client.socket, pod] : [pod, client.socket];
    reader.pause();
    const flood = patternOf(side, 32 * 1024 * 1024);
    writer.write(flood);
    let before = -1;
    for (let taken = 0; taken !== before; taken = writer.bytesWritten - writer.writableLength) {
      before = taken;
      await sleep(300);
    }
    assert.ok(writer.writableLength > 0, 'the writer is held back');
    assert.ok(running.router.snapshot().gauges.buffered_bytes <= 2 * 1024 * 1024);
    reader.resume();
    const inbox = side === 'client' ? client.reader : running.origin('o1').connections[0]?.reader;
    assert.equal(digest((await inbox?.read(flood.length)) ?? Buffer.alloc(0)), digest(flood));
  });
}

/** The hazard catalogue's numbers: WS18_TUNNELS=1000 WS18_UPDATES=1000. */
const TUNNELS = parameter('WS18_TUNNELS', 20);
const UPDATES = parameter('WS18_UPDATES', 200);

test(`${TUNNELS} tunnels over ${UPDATES} changes: no tunnel is closed, and no byte is lost or out of order (WS-18)`, async () => {
  await using running = await scene();
  const clients = await Promise.all(Array.from({ length: TUNNELS }, () => opened(running)));
  const { port } = running.origin('o1');
  const change = (turn: number): void => {
    const own = { name: 'o1', hosts: `t.local h${turn}.local`, paths: '/', port };
    if (turn % 3 === 0) running.router.applyPod(podManifest(own));
    else if (turn % 3 === 1) running.router.applySecret(secretManifest('default', { 'api-key': `k${turn}` }));
    else
      running.router.applyPod(podManifest({ name: 'other', hosts: `x${turn}.local`, paths: '/', port: 1 }));
  };
  for (let turn = 0; turn < UPDATES; turn += 1) {
    change(turn);
    await Promise.all(clients.map((client, index) => client.send(`${index}:${turn};`)));
  }
  await Promise.all(
    clients.map(async (client, index) => {
      const sent = Array.from({ length: UPDATES }, (_, turn) => `${index}:${turn};`).join('');
      assert.equal((await client.reader.read(sent.length)).toString(), sent);
      assert.equal(client.reader.ending, undefined);
    }),
  );
  assert.equal(running.router.snapshot().gauges.tunnels, TUNNELS);
});

test('a tunnel survives every change of the table (W8, WS-17, WS-19)', async () => {
  await using running = await scene();
  using client = await opened(running);
  const { port } = running.origin('o1');
  const pod = { name: 'o1', hosts: 't.local', paths: '/', port };
  running.router.applyPod(podManifest({ name: 'other', hosts: 'x.local', paths: '/', port: 1 }));
  await echoes(client, 'one');
  running.router.applySecret(secretManifest('default', { 'api-key': 'new' }));
  await echoes(client, 'two');
  running.router.applyPod(podManifest({ ...pod, condition: 'terminating' }));
  await echoes(client, 'three');
  running.router.removePod('default', 'o1');
  await echoes(client, 'four');
  using late = await running.client();
  void late.send(handshake('/'));
  assert.equal((await late.closed()).received.length, 0, 'the host is unknown now');
});
