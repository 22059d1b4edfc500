import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOW_WATERMARK } from '../bytes/buffer-budget.ts';
import { ACCEPTED_OPTIONS, type AcceptedHandle, acceptHandles, inheritOptions } from './accepted-socket.ts';

/** The addresses where a data plane listens. */
export interface Bound {
  readonly address: string;
  readonly port: number;
  /** Undefined if clients cannot use TLS. */
  readonly tlsPort: number | undefined;
}

/**
 * Connections that may wait to be accepted: a burst of connects must not be refused. Linux limits it to
 * net.core.somaxconn.
 */
const BACKLOG = 4_096;

interface Address {
  /** Empty for all addresses of the machine. */
  readonly address: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Other threads listen on the port, too. */
  readonly reusePort: boolean;
}

export interface ListenOptions extends Address {
  /**
   * Number of sockets on the port; more than one only if the kernel distributes clients among them (SO_REUSEPORT on
   * Linux).
   */
  readonly listeners: number;
}

/**
 * One port of one worker. libuv accepts one connection from a listener in each turn of the event loop. A turn under
 * load lasts tens of milliseconds, and a thousand new clients would wait for a minute; so several listeners share the
 * port. They pass on sockets paused.
 */
export class Listeners {
  readonly #servers: Server[] = [];
  readonly #accept: (socket: Socket) => void;
  readonly #acceptHandle: ((accepted: AcceptedHandle) => void) | undefined;
  #closed = false;

  /**
   * @param acceptHandle gets connections without a socket object, if Node provides them; undefined: `accept` gets all
   * connections
   */
  constructor(accept: (socket: Socket) => void, acceptHandle?: (accepted: AcceptedHandle) => void) {
    this.#accept = accept;
    this.#acceptHandle = acceptHandle;
  }

  /** Rejects with the listener's error (EADDRINUSE, EACCES, ...). */
  async listen(address: ListenOptions): Promise<AddressInfo> {
    const reusePort = address.listeners > 1 || address.reusePort;
    // A shared port would hide that another program already listens on it.
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
    // A listener recovers from errors (such as no descriptor left to accept with), and they do not affect its
    // connections.
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
