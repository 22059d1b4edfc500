import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { TestClock } from '../cluster/test-clock.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { closing, on, StreamServer } from '../fixtures/stream-server.ts';
import { checkTunnels, OPEN, tunnelTo } from './port-tunnel.ts';
import { PIECES, REFUSALS, SLEEPS, TUNNEL_ENDS } from './port-tunnel-rows.ts';

await checkTunnels('the messages that open a tunnel, in any pieces', PIECES);
await checkTunnels('tunnels that reach no program', REFUSALS);
await checkTunnels('how a tunnel ends', TUNNEL_ENDS);

/** More bytes than the kernel buffers between two sockets. */
const SIZE = 16 * 1024 * 1024;
await checkTunnels('tunnels after the machine was suspended', SLEEPS);

test('a tunnel that no program reads stops the server, and no byte is lost (PT-09)', async () => {
  await using server = await StreamServer.start({ protocol: 'v4.channel.k8s.io' });
  const tunnel = tunnelTo(server.url, new TestClock());
  const peer = await server.peer();
  const body = patternOf('down', SIZE);
  peer.send(...OPEN);
  for (let at = 0; at < SIZE; at += 32_768) peer.send(on(0, body.subarray(at, at + 32_768)));
  peer.send(closing(1000));
  await withTimeout(once(tunnel, 'readable'), 'data');
  let before = -1;
  // The tunnel holds its maximum, and does not read more later.
  while (before !== peer.socket.writableLength) {
    before = peer.socket.writableLength;
    for (let at = 0; at < 50; at += 1) await turn();
  }
  assert.ok(tunnel.readableLength <= 192 * 1024, `${tunnel.readableLength} bytes are held`);
  assert.ok(before > 1024 * 1024, 'the server is stopped');
  let at = 0;
  for await (const chunk of tunnel as AsyncIterable<Buffer>) {
    assert.ok(body.subarray(at, at + chunk.length).equals(chunk));
    at += chunk.length;
  }
  assert.equal(at, SIZE);
});

test('a server that does not read stops the writer, and gets all bytes later (PT-09)', async () => {
  await using server = await StreamServer.start({ protocol: 'v4.channel.k8s.io' });
  const tunnel = tunnelTo(server.url, new TestClock());
  const peer = await server.peer();
  const body = patternOf('up', SIZE);
  peer.socket.pause();
  peer.socket.write(Buffer.concat(OPEN));
  await withTimeout(once(tunnel, 'connect'), 'connect');
  let taken = 0;
  const written = (async () => {
    for (; taken < SIZE; taken += 65_536)
      if (!tunnel.write(body.subarray(taken, taken + 65_536))) await once(tunnel, 'drain');
  })();
  let before = -1;
  while (before !== taken) {
    before = taken;
    for (let count = 0; count < 50; count += 1) await turn();
  }
  assert.ok(taken < SIZE, 'the writer waits');
  assert.ok(tunnel.writableLength <= 192 * 1024, `${tunnel.writableLength} bytes are held`);
  peer.socket.resume();
  await withTimeout(written, () => `${taken} bytes`);
  let size = 0;
  while (size < SIZE) {
    size = peer.frames.reduce((sum, { opcode, payload }) => sum + (opcode === 2 ? payload.length - 1 : 0), 0);
    await turn();
  }
  assert.ok(peer.sent(0).equals(body));
  assert.ok(peer.frames.every(({ payload }) => payload.length <= 32_769));
  tunnel.destroy();
});

test('bytes written before a tunnel is open wait for it, and so does the end (PT-08)', async () => {
  await using server = await StreamServer.start({ protocol: 'v4.channel.k8s.io' });
  const tunnel = tunnelTo(server.url, new TestClock());
  tunnel.write('one');
  tunnel.end('two');
  const peer = await server.peer();
  assert.equal(peer.frames.length, 0);
  peer.send(...OPEN);
  while (String(peer.sent(0)) !== 'onetwo')
    await peer.received(({ opcode }) => opcode === 2).then(() => turn());
  peer.send(closing(1000));
  await withTimeout(once(tunnel.resume(), 'close'), 'its end');
});

test('a tunnel that is destroyed while it opens closes its connection, and emits no error (PT-23)', async () => {
  await using server = await StreamServer.start({ protocol: 'v4.channel.k8s.io' });
  const early = tunnelTo(server.url, new TestClock());
  const late = tunnelTo(server.url, new TestClock());
  early.destroy();
  const { socket } = await server.peer();
  late.destroy();
  await withTimeout(new Promise((closed) => socket.on('close', closed)), 'the end of the connection');
});

test('names that would change the path are never requested (PS-30)', async () => {
  await using server = await StreamServer.start();
  for (const pod of ['../secrets', 'a/b', 'a?b', 'A', '']) {
    const tunnel = tunnelTo(server.url, new TestClock(), pod);
    await assert.rejects(withTimeout(once(tunnel, 'connect'), pod), { code: 'EPODREFUSED' });
  }
  assert.equal(server.requests.length, 0);
});
