import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Maximum number of connections, for which podway reserves file descriptors. */
const MAX_CONNECTIONS = 128;
/**
 * Maximum number of pages, without probes, that podway answers at the same time. Because of it most connections wait
 * for a request, and podway closes a new connection only after all of these: by then a probe has sent its request.
 */
const MAX_OPEN_PAGES = 32;

/**
 * The connections of the admin or operator listener. When there are too many, podway closes the connection that has
 * waited longest without a request.
 */
export class AdminConnections {
  /** Connections without a request, in the order in which they were accepted or answered. */
  readonly #waiting = new Set<Socket>();
  /** Number of requests in progress by connection; a client may pipeline them. */
  readonly #requests = new Map<Socket, number>();
  readonly #maxConnections: number;
  #open = 0;
  #openPages = 0;

  constructor(server: Server, maxConnections = MAX_CONNECTIONS) {
    this.#maxConnections = maxConnections;
    server.on('connection', (socket: Socket) => this.#accept(socket));
  }

  /**
   * Call it for every request.
   *
   * @returns undefined if podway already answers too many requests and this one is not a probe; otherwise a function to
   * call if the request continues as something that is counted elsewhere
   */
  begin({ socket }: IncomingMessage, response: ServerResponse, probe: boolean): (() => void) | undefined {
    if (!probe && this.#openPages >= MAX_OPEN_PAGES) return undefined;
    let pages = probe ? 0 : 1;
    this.#openPages += pages;
    this.#requests.set(socket, (this.#requests.get(socket) ?? 0) + 1);
    this.#waiting.delete(socket);
    const release = () => {
      this.#openPages -= pages;
      pages = 0;
    };
    response.once('close', () => {
      release();
      this.#answered(socket);
    });
    return release;
  }

  #answered(socket: Socket): void {
    const left = (this.#requests.get(socket) ?? 1) - 1;
    if (left > 0) {
      this.#requests.set(socket, left);
      return;
    }
    this.#requests.delete(socket);
    if (!socket.destroyed) this.#waiting.add(socket);
  }

  #accept(socket: Socket): void {
    this.#open += 1;
    socket.once('close', () => {
      this.#open -= 1;
      this.#waiting.delete(socket);
    });
    this.#waiting.add(socket);
    if (this.#open <= this.#maxConnections) return;
    const [longest = socket] = this.#waiting;
    this.#waiting.delete(longest);
    longest.destroy();
  }
}
