import { connect, type Socket } from 'node:net';

export interface CrowdOptions {
  readonly address: string;
  readonly port: number;
}

/** Many connections of strangers, opened a few hundred at a time and spread over loopback addresses for their ports. */
export class Crowd implements Disposable {
  readonly sockets: Socket[] = [];
  /** Connections that the router has ended or refused. */
  ended = 0;
  readonly #options: CrowdOptions;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Resolves when all of them stand, or were refused; `each` gets every one that stands. */
  async grow(count: number, each?: (socket: Socket) => void): Promise<void> {
    for (let left = count; left > 0; left -= STEP) {
      await Promise.all(Array.from({ length: Math.min(left, STEP) }, () => this.#open(each)));
    }
  }

  [Symbol.dispose](): void {
    for (const socket of this.sockets) socket.destroy();
  }

  #open(each: ((socket: Socket) => void) | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { address, port } = this.#options;
    const from = `127.88.${Math.floor(this.sockets.length / PER_ADDRESS)}.1`;
    const socket = connect({ port, host: address, localAddress: from });
    this.sockets.push(socket);
    socket.on('connect', () => {
      each?.(socket);
      resolve();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.ended += 1;
      resolve();
    });
    return promise;
  }
}

const STEP = 200;
const PER_ADDRESS = 20_000;
