import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { PodTunnels } from '../../src/cluster/tunnels/pod-tunnels.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { closing, type Peer, StreamServer } from '../fixtures/stream-server.ts';
import { OPEN, TUNNEL_PORT } from '../hazards/port-tunnel.ts';

const TIMEOUT = 10_000;

interface Turn {
  readonly name: string;
  /** Milliseconds until the earlier tunnel ends. */
  readonly waits: number;
  /** Whether the API server answers the handshake; it then sends nothing about the port. */
  readonly answers: boolean;
  readonly code: string;
}

const TURNS: readonly Turn[] = [
  { name: 'late, and no answer', waits: 6_000, answers: false, code: 'ETUNNELLIMIT' },
  { name: 'late, and no port', waits: 6_000, answers: true, code: 'ETUNNELLIMIT' },
  { name: 'early, and no answer', waits: 4_000, answers: false, code: 'ETIMEDOUT' },
  { name: 'early, and no port', waits: 4_000, answers: true, code: 'ETIMEDOUT' },
];

for (const { name, waits, answers, code } of TURNS) {
  test(`a tunnel that does not open in time counts against the pod only if the pod had most of the time: ${name} (PT-12)`, async () => {
    let asked = 0;
    const second = Promise.withResolvers<void>();
    await using server = await StreamServer.start({
      protocol: 'v4.channel.k8s.io',
      answer: () => {
        asked += 1;
        if (asked === 2) second.resolve();
        return asked === 1 || answers ? 'accept' : undefined;
      },
    });
    const clock = new TestClock();
    const tunnels = tunnelsTo(server.url, clock);
    const target = { namespace: 'shop', pod: 'a', port: TUNNEL_PORT };
    const before = tunnels.dial(target, () => true);
    const peer = await server.peer();
    peer.send(...OPEN);
    await withTimeout(once(before, 'connect'), 'the earlier tunnel');
    const tunnel = tunnels.dial(target, () => true);
    const failed = once(tunnel, 'error') as Promise<[{ readonly code: string }]>;
    clock.advance(waits);
    peer.send(closing(1000));
    before.resume().end();
    await withTimeout(second.promise, 'the handshake');
    if (answers) await settled(await server.peer());
    clock.advance(TIMEOUT - waits);
    const [error] = await withTimeout(failed, 'the error');
    assert.equal(error.code, code);
    assert.equal(tunnels.takeFigures().opens[code === 'ETIMEDOUT' ? 'timeout' : 'limit'], 1);
  });
}

/** Allows one tunnel at a time. */
function tunnelsTo(server: string, clock: TestClock): PodTunnels {
  const tunnels = new PodTunnels({
    settings: {
      maxTunnels: 1,
      tunnelOpensPerSecond: 1_000,
      tunnelConnectTimeout: TIMEOUT,
      tunnelPing: 60_000,
    },
    clock,
    full: () => undefined,
    unaccepted: () => undefined,
    forbidden: () => undefined,
  });
  tunnels.use({ server, headers: {}, tls: {}, proxy: undefined, timeout: 30_000 });
  return tunnels;
}

/** Waits until the client has read the 101: it then answers a ping. */
async function settled(peer: Peer): Promise<void> {
  peer.send(Buffer.of(0x89, 0));
  await peer.received(({ opcode }) => opcode === 10);
}
