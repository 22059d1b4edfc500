import { once } from 'node:events';
import { WebSocket } from 'ws';

export interface SocketsOptions {
  /** `ws://router:port/`; the host that is routed is `host`. */
  readonly url: string;
  readonly host: string;
  readonly count: number;
  /** Whether the pod of this name has been told to end. */
  readonly leaving: (pod: string) => boolean;
}

export interface SocketsReport {
  readonly opened: number;
  readonly echoes: number;
  /** What broke although its pod stayed, in words. */
  readonly broken: readonly string[];
}

/** Milliseconds between two messages of one socket. */
const PAUSE = 100;

/** WebSockets that talk all the time. One whose pod leaves is opened again; one whose pod stays must stay. */
export class Sockets {
  readonly #options: SocketsOptions;
  readonly #broken: string[] = [];
  readonly #running: Promise<void>[];
  #opened = 0;
  #echoes = 0;
  #stopped = false;

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#running = Array.from({ length: options.count }, () => this.#keepOpen());
  }

  get opened(): number {
    return this.#opened;
  }

  /** Each of them ends after its next echo, which proves that it still works. */
  async stop(): Promise<SocketsReport> {
    this.#stopped = true;
    await Promise.all(this.#running);
    return { opened: this.#opened, echoes: this.#echoes, broken: this.#broken };
  }

  async #keepOpen(): Promise<void> {
    while (!this.#stopped) {
      let pod = '';
      try {
        await this.#talk((name) => {
          pod = name;
        });
      } catch (error) {
        if (!this.#options.leaving(pod)) this.#broken.push(`${pod || 'handshake'}: ${String(error)}`);
      }
    }
  }

  /** Resolves when it has been stopped; rejects when the socket ends before. */
  async #talk(introduced: (pod: string) => void): Promise<void> {
    const { url, host } = this.#options;
    const socket = new WebSocket(url, { headers: { host } });
    const ended = once(socket, 'close').then(([code]) =>
      Promise.reject(new Error(`closed with ${String(code)}`)),
    );
    // Whoever waits for a message hears of it there.
    ended.catch(() => undefined);
    const message = async (): Promise<string> => {
      const [data] = (await Promise.race([once(socket, 'message'), ended])) as [Buffer];
      return data.toString();
    };
    try {
      introduced(await message());
      this.#opened += 1;
      for (let turn = 0, last = false; !last; turn += 1) {
        last = this.#stopped;
        const text = `turn ${turn}`;
        const echo = message();
        socket.send(text);
        if ((await echo) !== text) throw new Error('another message came back');
        this.#echoes += 1;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    } finally {
      socket.terminate();
    }
  }
}
