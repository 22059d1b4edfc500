import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOW_WATERMARK } from './buffer-budget.ts';

/** Half-dead peers (power loss, a dropped route) are noticed by TCP itself after this long. */
const TCP_KEEP_ALIVE = 30_000;
/** Linux bounds it by net.core.somaxconn; a burst of connects must not be refused. */
const BACKLOG = 4_096;
/**
 * libuv takes one connection from a listener in each turn of the event loop. A turn under load lasts tens of milliseconds,
 * and a thousand new clients would wait for a minute; so several listeners share the port, and the kernel deals the
 * clients out among them.
 */
const LISTENERS = 32;
/** Where the kernel does that (SO_REUSEPORT); elsewhere there is one. */
const SHARING = process.platform === 'linux';

export interface ListenOptions {
  /** Empty: every address of the machine. */
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Other threads listen on the port, too. */
  readonly reusePort: boolean;
}

/** One port of one worker. Sockets are handed over paused. */
export class Listeners {
  readonly #servers: Server[];

  constructor(accept: (socket: Socket) => void) {
    const options = {
      allowHalfOpen: true,
      pauseOnConnect: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE,
      highWaterMark: LOW_WATERMARK,
    };
    this.#servers = Array.from({ length: SHARING ? LISTENERS : 1 }, () => createServer(options, accept));
  }

  /** Rejects with the listener's error (EADDRINUSE, EACCES, ...). */
  async listen(wanted: ListenOptions): Promise<AddressInfo> {
    // Sharing would hide that another program has the port.
    if (SHARING && !wanted.reusePort && wanted.port !== 0) await probe(wanted);
    const reusePort = SHARING || wanted.reusePort;
    let { port } = wanted;
    for (const server of this.#servers) {
      ({ port } = await listen(server, { ...wanted, port, reusePort }));
      // A listener in trouble (no descriptors left to accept with) recovers by itself; connections are not concerned.
      server.on('error', () => undefined);
    }
    return this.#servers[0]?.address() as AddressInfo;
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}

async function probe(wanted: ListenOptions): Promise<void> {
  const server = createServer();
  await listen(server, wanted);
  server.close();
  await once(server, 'close');
}

async function listen(server: Server, { address, port, reusePort }: ListenOptions): Promise<AddressInfo> {
  server.listen({ ...(address === '' ? {} : { host: address }), port, reusePort, backlog: BACKLOG });
  await once(server, 'listening');
  return server.address() as AddressInfo;
}
