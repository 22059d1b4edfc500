import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Descriptors are set aside for so many. */
const MOST_CONNECTIONS = 128;
/**
 * Pages besides probes that are on their way at the same time. So most connections wait for a request, and one that has
 * just come is ended for others only after all of them: a probe has sent its request by then.
 */
const MOST_PAGES = 32;

/** The connections of a listener beside the routed ones: when there are too many, that ends which has waited longest without a request. */
export class AdminConnections {
  /** Those without a request, in the order in which they came or were answered. */
  readonly #waiting = new Set<Socket>();
  /** Requests being answered, by connection: they may be pipelined. */
  readonly #asking = new Map<Socket, number>();
  readonly #most: number;
  #open = 0;
  #pages = 0;

  constructor(server: Server, most = MOST_CONNECTIONS) {
    this.#most = most;
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  /**
   * Call it for every request. Undefined: too many are being answered for another that is no probe. Else what to call if it goes
   * on as something that is counted elsewhere.
   */
  begin({ socket }: IncomingMessage, response: ServerResponse, probe: boolean): (() => void) | undefined {
    if (!probe && this.#pages >= MOST_PAGES) return undefined;
    let pages = probe ? 0 : 1;
    this.#pages += pages;
    this.#asking.set(socket, (this.#asking.get(socket) ?? 0) + 1);
    this.#waiting.delete(socket);
    const leave = () => {
      this.#pages -= pages;
      pages = 0;
    };
    response.once('close', () => {
      leave();
      this.#answered(socket);
    });
    return leave;
  }

  #answered(socket: Socket): void {
    const left = (this.#asking.get(socket) ?? 1) - 1;
    if (left > 0) {
      this.#asking.set(socket, left);
      return;
    }
    this.#asking.delete(socket);
    if (!socket.destroyed) this.#waiting.add(socket);
  }

  #accept(socket: Socket): void {
    this.#open += 1;
    socket.once('close', () => {
      this.#open -= 1;
      this.#waiting.delete(socket);
    });
    this.#waiting.add(socket);
    if (this.#open <= this.#most) return;
    const [longest = socket] = this.#waiting;
    this.#waiting.delete(longest);
    longest.destroy();
  }
}
