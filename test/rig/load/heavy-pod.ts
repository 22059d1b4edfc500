import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { ok } from '../origin.ts';
import { podManifest } from '../manifest.ts';

const HEAD_END = Buffer.from('\r\n\r\n');

const FIELDS = 120;

/**
 * A pod whose answers are much work for a router, and next to none for itself and the client: a short one behind so many
 * interim ones (100 Continue), each a head that must be read, and that ends at the router. It is routed as `t.local/`.
 */
export class HeavyPod implements Disposable {
  readonly #server: net.Server;
  readonly #sockets = new Set<Socket>();

  private constructor(answer: Buffer) {
    this.#server = net.createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      // A request is one segment here: a small head, and no body.
      socket.on('data', (bytes: Buffer) => {
        if (bytes.subarray(-HEAD_END.length).equals(HEAD_END)) socket.write(answer);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(interims: number): Promise<HeavyPod> {
    const lines = Array.from({ length: FIELDS }, (_, at) => `X-Field-${at}: ${'value '.repeat(5)}\r\n`);
    const interim = `HTTP/1.1 100 Continue\r\n${lines.join('')}\r\n`;
    const pod = new HeavyPod(Buffer.from(interim.repeat(interims) + ok('well'), 'latin1'));
    await once(pod.#server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }), 'listening');
    return pod;
  }

  get manifest() {
    const { port } = this.#server.address() as AddressInfo;
    return podManifest({ name: 'heavy', namespace: 'shop', hosts: 't.local', paths: '/', port });
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
