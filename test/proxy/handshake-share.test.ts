/** One client begins TLS handshakes and completes none of them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import type { HandshakeFailure } from '../../src/boundary/handshakes.ts';
import { get } from '../fixtures/check.ts';
import { clientHello } from '../fixtures/client-hello.ts';
import { ATTACKER, OTHER, THIRD } from '../fixtures/crowded-router.ts';
import { proxyV2, tcp4 } from '../fixtures/proxy-header.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import type { Scene } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

const CERTIFICATES = await TestCertificates.untilExit({ t: { names: 'DNS:t.local' } });

/** One client may use 75 % of these. */
const MAX = 8;
const SHARE = 6;
const ATTEMPTS = 20;
/** podway answers it, and waits for the next message of the client. */
const HELLO = await clientHello({ servername: 't.local' });

interface Where {
  /** The address from which the client connects. */
  readonly from: string;
  /** Sent before the handshake. */
  readonly header?: Buffer;
}

class Flood implements AsyncDisposable {
  readonly #scene: Scene;
  readonly #sockets: net.Socket[] = [];
  readonly failures: Partial<Record<HandshakeFailure, number>> = {};

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  static async start(settings: SettingsOverrides): Promise<Flood> {
    const whole = { tlsHandshakes: MAX, tlsHandshakeTimeout: 600_000, drainTimeout: 50, ...settings };
    return new Flood(await startTlsScene(CERTIFICATES, { pods: [{ name: 'o1' }], settings: whole }));
  }

  async #connect({ from, header }: Where): Promise<net.Socket> {
    const port = this.#scene.router.tlsPort as number;
    const socket = net.connect({ port, host: '127.0.0.1', localAddress: from, noDelay: true });
    this.#sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    if (header !== undefined) socket.write(header);
    return socket;
  }

  /** Begins ATTEMPTS handshakes, and waits until `kept` of them are under way and the others have been ended. */
  async begin(where: Where, kept: number): Promise<void> {
    const before = this.#failed;
    for (let count = 0; count < ATTEMPTS; count += 1) (await this.#connect(where)).write(HELLO);
    while (this.#failed < before + ATTEMPTS - kept) await sleep(2);
  }

  /** Completes a handshake and gets an answer. */
  async visit(where: Where): Promise<number | undefined> {
    const socket = await this.#connect(where);
    const stream = tls.connect({ socket, ca: CERTIFICATES.ca, servername: 't.local' });
    await once(stream, 'secureConnect');
    using client = RawClient.over(stream, socket);
    return (await client.exchange(get('/'))).status;
  }

  get underWay(): number {
    return this.#snapshot().gauges.tls_handshakes_under_way;
  }

  /** The attackers disconnect. */
  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    while (this.underWay > 0) await sleep(2);
  }

  get #failed(): number {
    this.#snapshot();
    return Object.values(this.failures).reduce((sum, count) => sum + count, 0);
  }

  #snapshot() {
    const snapshot = this.#scene.router.snapshot();
    for (const { reason, count } of snapshot.handshakes.failed)
      this.failures[reason] = (this.failures[reason] ?? 0) + count;
    return snapshot;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#scene[Symbol.asyncDispose]();
  }
}

const REFUSED = { 'overload-client': ATTEMPTS - SHARE };

test('handshakes that a client does not complete leave room for those of others (TL-32)', async () => {
  await using flood = await Flood.start({});
  await flood.begin({ from: ATTACKER }, SHARE);
  assert.equal(flood.underWay, SHARE);
  for (let count = 0; count < MAX; count += 1) assert.equal(await flood.visit({ from: OTHER }), 200);
  assert.deepEqual(flood.failures, REFUSED);
});

test('a client gets its share again when its handshakes have ended', async () => {
  await using flood = await Flood.start({});
  await flood.begin({ from: ATTACKER }, SHARE);
  await flood.end();
  assert.deepEqual(flood.failures, { ...REFUSED, closed: SHARE });
  for (let count = 0; count < MAX; count += 1) assert.equal(await flood.visit({ from: ATTACKER }), 200);
  await flood.begin({ from: ATTACKER }, SHARE);
  assert.equal(flood.underWay, SHARE);
});

test('with the PROXY protocol the clients of one load balancer have a share each', async () => {
  const names = (address: string) => ({ from: THIRD, header: proxyV2(tcp4(address)) });
  await using flood = await Flood.start({ proxyProtocol: 'require', trustedProxies: [THIRD] });
  await flood.begin(names('192.0.2.7'), SHARE);
  assert.equal(flood.underWay, SHARE);
  for (let count = 0; count < MAX; count += 1) assert.equal(await flood.visit(names('192.0.2.8')), 200);
  assert.deepEqual(flood.failures, REFUSED);
});

test('a trusted proxy, which has many clients, may use all handshakes', async () => {
  await using flood = await Flood.start({ trustedProxies: [THIRD] });
  await flood.begin({ from: THIRD }, MAX);
  assert.equal(flood.underWay, MAX);
  assert.deepEqual(flood.failures, { overload: ATTEMPTS - MAX });
});

test('with MAX_CONNECTIONS_SHARE=100 one client may use all handshakes', async () => {
  await using flood = await Flood.start({ maxConnectionsShare: 100 });
  await flood.begin({ from: ATTACKER }, MAX);
  assert.equal(flood.underWay, MAX);
  assert.deepEqual(flood.failures, { overload: ATTEMPTS - MAX });
});
