import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { podManifest } from '../manifest.ts';

/** Where every pod of a fleet listens; the addresses differ. */
const PORT = 18_970;
/** Milliseconds that an answer takes, so that some are always under way. */
const THINKING = 3;
/** "Going away" (RFC 6455 section 7.4.1). */
const GOING_AWAY = 1001;

/** A pod as a rolling update sees it: a process that answers, echoes WebSocket messages, and ends when it is told. */
export class FleetPod {
  readonly name: string;
  readonly address: string;
  readonly host: string;
  /** Resolves with the first request. */
  readonly reached: Promise<void>;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #reached = Promise.withResolvers<void>();
  #leaving = false;

  private constructor(name: string, address: string, host: string) {
    this.name = name;
    this.address = address;
    this.host = host;
    this.reached = this.#reached.promise;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#echo(opened));
    });
  }

  static async start(name: string, address: string, host: string): Promise<FleetPod> {
    const pod = new FleetPod(name, address, host);
    await once(pod.#server.listen(PORT, address), 'listening');
    return pod;
  }

  /** It has been told to end: what breaks from here on is its own doing. */
  get leaving(): boolean {
    return this.#leaving;
  }

  manifest(condition: 'ready' | 'unready' | 'terminating') {
    const { name, host: hosts, address } = this;
    return podManifest({ name, namespace: 'shop', hosts, paths: '/', port: PORT, address, condition });
  }

  /**
   * SIGTERM: refuses connections from now on, finishes what runs, says goodbye to its WebSockets. Resolves at the end.
   * Connections that wait to be accepted are accepted first: closing the listener would reset them.
   */
  async leave(): Promise<void> {
    this.#leaving = true;
    await turn();
    await turn();
    const ended = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeIdleConnections();
    for (const socket of this.#sockets.clients) socket.close(GOING_AWAY);
    await ended;
  }

  /** Ends whatever is left. */
  kill(): void {
    this.#leaving = true;
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#reached.resolve();
    request.resume();
    await delay(THINKING);
    response.end(this.name);
  }

  /** The first message says who it is; then whatever comes goes back. */
  #echo(socket: WebSocket): void {
    socket.send(this.name);
    socket.on('message', (data) => socket.send(data));
    socket.on('error', () => socket.terminate());
  }
}
