import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import { ACCEPTED_OPTIONS, type AcceptedHandle, acceptHandles, inheritOptions } from './accepted-socket.ts';

/** Where a data plane listens. */
export interface Bound {
  readonly address: string;
  readonly port: number;
  /** Undefined: clients cannot come by TLS. */
  readonly tlsPort: number | undefined;
}

/** Linux bounds it by net.core.somaxconn; a burst of connects must not be refused. */
const BACKLOG = 4_096;

interface Address {
  /** Empty: every address of the machine. */
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Other threads listen on the port, too. */
  readonly reusePort: boolean;
}

export interface ListenOptions extends Address {
  /** Sockets on the port; more than one only where the kernel deals clients out among them (SO_REUSEPORT on Linux). */
  readonly listeners: number;
}

/**
 * One port of one worker. libuv takes one connection from a listener in each turn of the event loop. A turn under load
 * lasts tens of milliseconds, and a thousand new clients would wait for a minute; so several listeners share the port.
 * Sockets are handed over paused.
 */
export class Listeners {
  readonly #servers: Server[] = [];
  readonly #accept: (socket: Socket) => void;
  readonly #acceptHandle: ((accepted: AcceptedHandle) => void) | undefined;
  #closed = false;

  /** @param acceptHandle takes connections without a socket, where Node can give them; undefined: `accept` takes all */
  constructor(accept: (socket: Socket) => void, acceptHandle?: (accepted: AcceptedHandle) => void) {
    this.#accept = accept;
    this.#acceptHandle = acceptHandle;
  }

  /** Rejects with the listener's error (EADDRINUSE, EACCES, ...). */
  async listen(address: ListenOptions): Promise<AddressInfo> {
    const reusePort = address.listeners > 1 || address.reusePort;
    // Sharing would hide that another program has the port.
    if (reusePort && !address.reusePort && address.port !== 0) await probe(address);
    let bound = await this.#add({ ...address, reusePort });
    while (this.#servers.length < address.listeners && !this.#closed)
      bound = await this.#add({ ...address, reusePort, port: bound.port });
    return bound;
  }

  close(): void {
    this.#closed = true;
    for (const server of this.#servers) server.close();
  }

  async #add(address: Address): Promise<AddressInfo> {
    const options = {
      allowHalfOpen: true,
      pauseOnConnect: true,
      highWaterMark: LOW_WATERMARK,
      ...ACCEPTED_OPTIONS,
    };
    const server = createServer(options, this.#accept);
    const bound = await listen(server, address);
    inheritOptions(server);
    if (this.#acceptHandle !== undefined) acceptHandles(server, this.#acceptHandle);
    // A listener in trouble (no descriptors left to accept with) recovers by itself; connections are not concerned.
    server.on('error', () => undefined);
    if (this.#closed) server.close();
    else this.#servers.push(server);
    return bound;
  }
}

async function probe(address: Address): Promise<void> {
  const server = createServer();
  await listen(server, address);
  server.close();
  await once(server, 'close');
}

async function listen(server: Server, { address, port, reusePort }: Address): Promise<AddressInfo> {
  server.listen({ ...(address === '' ? {} : { host: address }), port, reusePort, backlog: BACKLOG });
  await once(server, 'listening');
  return server.address() as AddressInfo;
}
