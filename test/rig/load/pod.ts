import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { podManifest } from '../manifest.ts';

/** A pod of node:http that is routed as `t.local/`; by default it answers `well`. */
export class LoadPod implements Disposable {
  readonly server: Server;
  readonly #address: string;
  readonly #name: string;

  private constructor(server: Server, name: string, address: string) {
    this.server = server;
    this.#name = name;
    this.#address = address;
  }

  static async start(listener?: RequestListener, name = 'web', address = '127.0.0.1'): Promise<LoadPod> {
    const answer: RequestListener = (request, response) => {
      request.resume().on('end', () => response.end('well'));
    };
    const server = createServer({ keepAliveTimeout: 60_000 }, listener ?? answer);
    await once(server.listen({ port: 0, host: address, backlog: 4_096 }), 'listening');
    return new LoadPod(server, name, address);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get manifest() {
    const { port } = this;
    return podManifest({
      name: this.#name,
      namespace: 'shop',
      hosts: 't.local',
      paths: '/',
      port,
      address: this.#address,
    });
  }

  [Symbol.dispose](): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
