import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { ok } from '../origin.ts';

/**
 * When a pod ends a connection without a word: behind a random one of its first answers, or exactly so many milliseconds
 * after the last one. A node:http server would say `Connection: close` or read what came meanwhile.
 */
export type Closing =
  | { readonly kind: 'count'; readonly most: number }
  | { readonly kind: 'idle'; readonly after: number };

const ENDINGS: readonly ((socket: Socket) => void)[] = [
  (socket) => void socket.end(),
  (socket) => void socket.destroy(),
  (socket) => void socket.resetAndDestroy(),
];

/** Answers every request, and keeps count of the tokens (the bodies) of those that had one. */
export class ClosingPod implements Disposable {
  readonly tokens = new Map<string, number>();
  connections = 0;
  readonly #closing: Closing;
  readonly #server = net.createServer({ noDelay: true }, (socket) => this.#accept(socket));
  readonly #sockets = new Set<Socket>();

  private constructor(closing: Closing) {
    this.#closing = closing;
  }

  static async start(closing: Closing): Promise<ClosingPod> {
    const pod = new ClosingPod(closing);
    await once(pod.#server.listen(0, '127.0.0.1'), 'listening');
    return pod;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    const closing = this.#closing;
    this.connections += 1;
    this.#sockets.add(socket);
    const end = ENDINGS[this.connections % ENDINGS.length] as (socket: Socket) => void;
    let left =
      closing.kind === 'count' ? 1 + Math.floor(Math.random() * closing.most) : Number.POSITIVE_INFINITY;
    let timer: NodeJS.Timeout | undefined;
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      clearTimeout(timer);
      received += text;
      const rest = this.#take(received);
      if (rest === undefined) return;
      received = rest;
      left -= 1;
      if (left >= 0) socket.write(ok('well'));
      if (left === 0) end(socket);
      if (closing.kind === 'idle') timer = setTimeout(() => end(socket), closing.after);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      this.#sockets.delete(socket);
    });
  }

  /** Reads one request and counts its token; undefined while it is incomplete. */
  #take(text: string): string | undefined {
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
    const body = text.slice(end + 4);
    if (body.length < length) return undefined;
    const token = body.slice(0, length);
    if (length > 0) this.tokens.set(token, (this.tokens.get(token) ?? 0) + 1);
    return body.slice(length);
  }
}
