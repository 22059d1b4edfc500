import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { systemClock } from '../../src/cluster/clock.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { apiSource, RecordedSource } from './recorded-source.ts';
import { pod } from './objects.ts';

// A middlebox that lost its state: the connection stays open, the middlebox answers TCP keep-alive, and no byte passes.

/** Forwards bytes until it is frozen; later connections are forwarded again. */
class FreezableProxy {
  readonly #server: Server;
  readonly #pairs = new Set<readonly [Socket, Socket]>();

  private constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((client) => {
      const server = connect(Number(port), hostname);
      const pair = [client, server] as const;
      this.#pairs.add(pair);
      client.pipe(server).pipe(client);
      for (const side of pair) {
        side.on('error', () => undefined);
        side.on('close', () => pair.forEach((it) => it.destroy()));
      }
    });
  }

  static async start(target: string): Promise<FreezableProxy> {
    const box = new FreezableProxy(target);
    await once(box.#server.listen(0, '127.0.0.1'), 'listening');
    return box;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Neither reads nor sends on existing connections, and keeps them open. */
  freeze(): void {
    for (const [client, server] of this.#pairs) {
      client.unpipe();
      server.unpipe();
      client.pause();
      server.pause();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const pair of this.#pairs) for (const side of pair) side.destroy();
    await closed;
  }
}

for (const streamingLists of ['supported', 'refused'] as const) {
  test(`podway notices without traffic that the connection of a watch is frozen (streaming lists: ${streamingLists})`, async () => {
    await using api = await KubernetesApi.start({ streamingLists });
    await using box = await FreezableProxy.start(api.url);
    const source = await apiSource(api, {
      clock: systemClock,
      idleTimeout: 300,
      kubeconfig: () => api.kubeconfig().replace(api.url, box.url),
    });
    api.apply(pod('a'));
    await using following = new RecordedSource(source);
    await following.synced();
    const [frozen] = await Promise.all([api.untilWatching('pods'), api.untilWatching('secrets')]);
    frozen.bookmark();
    api.apply(pod('b'));
    await following.until(() => following.pods.includes('apply default/b'));
    box.freeze();
    api.delete(pod('a'));
    await following.until(() => following.pods.includes('delete default/a'));
    assert.ok(following.problems.every((it) => it.reason === 'silent'));
    assert.deepEqual(following.pods, [
      'init',
      'init-apply default/a',
      'init-done',
      'apply default/b',
      'delete default/a',
    ]);
  });
}
