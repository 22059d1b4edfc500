import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ReadInto } from '../../src/bytes/read-by-data.ts';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import { openTunnel } from '../../src/cluster/streams/open-tunnel.ts';
import type { PortTunnel } from '../../src/cluster/streams/port-tunnel.ts';
import { TunnelError } from '../../src/cluster/streams/tunnel-error.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { kubeconfigOf } from '../fixtures/kubernetes-api/kubeconfig.ts';
import { closing, on, type Peer, StreamServer } from '../fixtures/stream-server.ts';

export const TUNNEL_PORT = 8080;
/** The first bytes of each channel. */
export const BEGIN = Buffer.of(TUNNEL_PORT & 0xff, TUNNEL_PORT >> 8);
export const OPEN = [on(0, BEGIN), on(1, BEGIN)] as const;

export const TIMEOUT = 10_000;
export const LINGER = 60_000;

/** A tunnel to a server that a row controls, and a clock that the row advances. */
export interface TunnelScene {
  readonly tunnel: PortTunnel;
  readonly peer: Peer;
  readonly clock: TestClock;
}

export interface TunnelRow {
  readonly name: string;
  /** The complete response to the handshake instead of a 101. */
  readonly answer?: () => string | undefined;
  /** The bytes that the server writes after the 101, each piece separately. */
  readonly writes?: readonly Uint8Array[];
  /** How it ends the stream; by default with a close frame of 1000. */
  readonly ends?: 'close' | 'fin' | 'reset' | 'not';
  readonly meanwhile?: (scene: TunnelScene) => unknown;
  /** `end`, or the code of the error and a pattern of its message. */
  readonly outcome: 'end' | readonly [TunnelError['code'], RegExp];
  /** All bytes that the tunnel delivers. */
  readonly received?: string;
  /** The code of the close frame that the server gets. */
  readonly closed?: number;
}

/** Runs every row against a separate server. */
export async function checkTunnels(title: string, rows: readonly TunnelRow[]): Promise<void> {
  await describe(title, () => {
    for (const row of rows) void test(row.name, () => checkTunnel(row));
  });
}

async function checkTunnel({ writes = [], ends = 'close', meanwhile, ...row }: TunnelRow): Promise<void> {
  await using server = await StreamServer.start({
    protocol: 'v4.channel.k8s.io',
    ...(row.answer !== undefined && { answer: row.answer }),
  });
  const clock = new TestClock();
  const tunnel = tunnelTo(server.url, clock);
  const outcome = outcomeOf(tunnel);
  if (row.answer === undefined) {
    const peer = await server.peer();
    peer.socket.setNoDelay();
    for (const bytes of writes) await new Promise((sent) => peer.socket.write(bytes, sent));
    if (ends === 'close') peer.send(closing(1000));
    if (ends === 'fin') peer.socket.end();
    if (ends === 'reset') peer.socket.resetAndDestroy();
    await meanwhile?.({ tunnel, peer, clock });
    await checkOutcome(tunnel, outcome, row);
    if (row.closed !== undefined) {
      const { payload } = await peer.received(({ opcode }) => opcode === 8);
      assert.equal(payload.readUInt16BE(0), row.closed);
    }
  } else {
    await server.asked;
    await meanwhile?.({ tunnel, clock } as TunnelScene);
    await checkOutcome(tunnel, outcome, row);
  }
}

async function checkOutcome(
  tunnel: PortTunnel,
  outcome: ReturnType<typeof outcomeOf>,
  row: Pick<TunnelRow, 'outcome' | 'received'>,
): Promise<void> {
  tunnel.resume();
  const { received, error } = await withTimeout(outcome, 'the end of the tunnel');
  if (row.outcome === 'end') {
    assert.equal(error, undefined);
  } else {
    assert.ok(error instanceof TunnelError, String(error));
    assert.equal(error.code, row.outcome[0], error.message);
    assert.match(error.message, row.outcome[1]);
    assert.match(error.message, /^[\x20-\x7e]{1,1100}$/);
    assert.doesNotMatch(error.message, /hunter2/);
  }
  assert.equal(received, row.received ?? '');
}

async function outcomeOf(tunnel: PortTunnel): Promise<{ received: string; error: unknown }> {
  let received = '';
  let error: unknown;
  // The data is collected only while the tunnel flows: a row may delay that.
  tunnel.on('data', (chunk: Buffer) => (received += chunk.toString('latin1'))).pause();
  tunnel.on('error', (it) => (error = it));
  tunnel.on('end', () => tunnel.destroy());
  await new Promise((closed) => tunnel.on('close', closed));
  return { received, error };
}

export function tunnelTo(
  server: string,
  clock: TestClock,
  pod = 'web-0',
  { ca, read }: { readonly ca?: Buffer; readonly read?: ReadInto } = {},
): PortTunnel {
  const config = new KubeConfig();
  config.loadFromString(kubeconfigOf(server, ca, { token: 'hunter2' }));
  const api = new ApiServer({ load: () => config, timeout: 60_000 });
  const target = { namespace: 'shop', pod, port: TUNNEL_PORT };
  return openTunnel(api, target, {
    clock,
    connectTimeout: TIMEOUT,
    lingerTimeout: LINGER,
    ...(read && { read }),
  });
}
