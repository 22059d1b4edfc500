import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ReadInto } from '../../src/bytes/read-by-data.ts';
import type { PortTunnel } from '../../src/cluster/streams/port-tunnel.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { Authority } from '../fixtures/authority.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { patternOf } from '../fixtures/pattern.ts';
import { closing, on, type Peer, StreamServer } from '../fixtures/stream-server.ts';
import { OPEN, tunnelTo } from '../hazards/port-tunnel.ts';

// All tunnels of a thread read into one shared buffer, and write their frames into another one.

/** Bytes after which the reader stops. One read of the kernel contains several TLS records. */
const STOPS_AT = 1;

let opening = Promise.resolve();

const NAMES = ['first', 'second'] as const;

interface Way {
  readonly server: StreamServer;
  readonly ca: Buffer | undefined;
}

/** Runs a test with an API server over TLS, and with an API server over plain HTTP. */
async function bothWays(title: string, run: (way: Way) => Promise<void>): Promise<void> {
  await test(title, async (t: TestContext) => {
    await using authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-shared-buffers-')));
    await authority.create();
    await authority.sign('server');
    const [key, cert, ca] = await Promise.all(['server.key', 'server', 'ca'].map((it) => authority.read(it)));
    for (const isSecure of [true, false]) {
      await t.test(isSecure ? 'over TLS' : 'over plain HTTP', async () => {
        await using server = await StreamServer.start({
          protocol: 'v4.channel.k8s.io',
          ...(isSecure && { tls: { key, cert } }),
        });
        await run({ server, ca: isSecure ? ca : undefined });
      });
    }
  });
}

await bothWays(
  'tunnels that wait for their readers keep their bytes apart, and end after the last one',
  async (way) => {
    const all = NAMES.map(async (name) => {
      const into = Buffer.alloc(1_000);
      const got: Buffer[] = [];
      let isRefused = false;
      const callback = (size: number): boolean => {
        assert.ok(!isRefused, 'no bytes are delivered before the tunnel is resumed');
        got.push(Buffer.from(into.subarray(0, size)));
        isRefused = got.length % 3 === 0;
        if (isRefused) {
          setImmediate(() => {
            isRefused = false;
            tunnel.resume();
          });
        }
        return !isRefused;
      };
      const { tunnel, peer } = await open(way, { buffer: () => into, callback });
      const ended = once(tunnel.resume(), 'end');
      const body = patternOf(name, 1_000_000);
      // Data may arrive before the channel of errors has begun.
      peer.send(OPEN[0], on(0, body.subarray(0, 30_000)), OPEN[1]);
      for (let at = 30_000; at < body.length; at += 32_768) peer.send(on(0, body.subarray(at, at + 32_768)));
      peer.send(closing(1000));
      await withTimeout(ended, () => `the end after ${got.length} reads`);
      assert.ok(Buffer.concat(got).equals(body), name);
      assert.equal(tunnel.readableLength, 0);
      tunnel.destroy();
    });
    await Promise.all(all);
  },
);

await bothWays('tunnels keep the bytes that wait for a server that does not read', async (way) => {
  const all = NAMES.map(async (name) => {
    const { tunnel, peer } = await open(way);
    const connected = once(tunnel, 'connect');
    peer.send(...OPEN);
    await withTimeout(connected, 'connect');
    peer.socket.pause();
    const body = patternOf(name, 12_000_000);
    let taken = 0;
    const written = (async () => {
      for (let size = 1; taken < body.length; taken += size, size = ((size * 7) % 70_001) + 1)
        if (!tunnel.write(body.subarray(taken, taken + size))) await once(tunnel, 'drain');
    })();
    // Until the buffers of the kernel are full.
    for (let before = -1; before !== taken; ) {
      before = taken;
      for (let count = 0; count < 50; count += 1) await turn();
    }
    assert.ok(taken < body.length, 'the writer waits');
    peer.socket.resume();
    await withTimeout(written, () => `${taken} bytes`);
    let size = 0;
    while (size < body.length) {
      size = peer.frames.reduce((sum, { payload }) => sum + payload.length - 1, 0);
      await turn();
    }
    assert.ok(peer.sent(0).equals(body), name);
    tunnel.destroy();
  });
  await Promise.all(all);
});

await bothWays(
  'a tunnel whose reader stops between the records of one read stops its server',
  async (way) => {
    const into = Buffer.alloc(65_536);
    let got = 0;
    const callback = (size: number): boolean => (got += size) < STOPS_AT;
    const { tunnel, peer } = await open(way, { buffer: () => into, callback });
    tunnel.resume();
    peer.send(...OPEN);
    const body = patternOf('body', 32_768);
    const COUNT = 1_000;
    for (let count = 0; count < COUNT; count += 1) peer.send(on(0, body));
    for (let [before, same] = [-1, 0]; same < 200; await turn()) {
      same = peer.socket.writableLength === before ? same + 1 : 0;
      before = peer.socket.writableLength;
    }
    assert.ok(got < STOPS_AT + into.length, 'the reader gets no further bytes');
    assert.ok(peer.socket.writableLength > (COUNT * body.length) / 2, 'most of the bytes wait at the server');
    tunnel.destroy();
  },
);

/** Opens one tunnel after the other, so that each tunnel is paired with its own peer. */
function open(
  { server, ca }: Way,
  read?: ReadInto,
): Promise<{ readonly tunnel: PortTunnel; readonly peer: Peer }> {
  const opened = opening.then(async () => {
    const tunnel = tunnelTo(server.url, new TestClock(), 'web-0', {
      ...(ca && { ca }),
      ...(read && { read }),
    });
    return { tunnel, peer: await server.peer() };
  });
  opening = opened.then(() => undefined);
  return opened;
}
