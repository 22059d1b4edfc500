import { createServer, type Server, type ServerResponse } from 'node:http';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { podManifest } from '../fixtures/manifest.ts';

/** A pod with the route `t.local/` that answers only when the test releases it. */
export class SlowPod {
  readonly #server: Server;
  readonly #events = new EventEmitter();
  readonly #waiting: ServerResponse[] = [];

  constructor(server: Server) {
    this.#server = server;
    server.on('request', (_request, response) => {
      this.#waiting.push(response);
      this.#events.emit('request');
    });
  }

  static async start(): Promise<SlowPod> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SlowPod(server);
  }

  get manifest() {
    const { port } = this.#server.address() as AddressInfo;
    return podManifest({ name: 'slow', namespace: 'shop', hosts: 't.local', paths: '/', port });
  }

  /** Resolves when this many requests wait for an answer. */
  async untilWaiting(count: number): Promise<void> {
    while (this.#waiting.length < count) await once(this.#events, 'request');
  }

  answer(): void {
    for (const response of this.#waiting.splice(0)) response.end('late\n');
  }

  [Symbol.dispose](): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
