import net, { type Socket } from 'node:net';
import {
  EndedEarly,
  Inbox,
  type Ending,
  type RawBody,
  type RawHead,
  valueOf,
  valuesOf,
  within,
} from './inbox.ts';

const PATIENCE = 8000;

export interface RawResponse extends RawBody {
  readonly status: number;
  readonly head: RawHead;
  /** `content` as latin1. */
  readonly text: string;
  value(name: string): string | undefined;
  values(name: string): string[];
}

/** A client that says exactly the bytes it is told to, and sees exactly the bytes that come back. */
export class RawClient {
  readonly socket: Socket;
  readonly inbox: Inbox;

  private constructor(socket: Socket) {
    this.socket = socket;
    this.inbox = new Inbox(socket, PATIENCE);
  }

  static async connect(port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket = net.connect({ port, host, noDelay: true, allowHalfOpen: true });
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return client;
  }

  /** Strings are latin1. Returns when the kernel has the bytes, false when the router was gone. */
  send(bytes: string | Buffer): Promise<boolean> {
    return new Promise((resolve) => {
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, (error) =>
        resolve(!error),
      );
    });
  }

  /** Sends byte by byte in segments of their own, giving the router a turn of the event loop after each. */
  async dribble(bytes: string): Promise<void> {
    for (const byte of Buffer.from(bytes, 'latin1')) {
      await this.send(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** The head of the next response, an interim one included. */
  async head(): Promise<RawHead> {
    const head = await this.inbox.head();
    if (head === undefined) throw new EndedEarly('a response', this.inbox.ending ?? 'fin', Buffer.alloc(0));
    return head;
  }

  /** The next response, body and all; an interim response counts as one. `method` tells whether it has a body. */
  async response(method = 'GET'): Promise<RawResponse> {
    const head = await this.head();
    const status = Number(head.start.split(' ')[1]);
    const body = await this.#body(head, method, status);
    return {
      ...body,
      head,
      status,
      text: body.content.toString('latin1'),
      value: (name) => valueOf(head, name),
      values: (name) => valuesOf(head, name),
    };
  }

  async exchange(bytes: string | Buffer, method?: string): Promise<RawResponse> {
    void this.send(bytes);
    return this.response(method ?? bytes.toString('latin1').split(' ', 1)[0]);
  }

  /** Resolves when the router has ended the connection: how, and with how many bytes unread or read. */
  async closed(): Promise<{ ending: Ending; received: Buffer }> {
    const ending = await within(PATIENCE, 'the end of the connection', this.inbox.ended);
    return { ending, received: this.inbox.received };
  }

  /** FIN: nothing more will be said, but the answer is still wanted. */
  halfClose(): void {
    this.socket.end();
  }

  /** RST. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #body(head: RawHead, method: string, status: number): Promise<RawBody> {
    const whole = (content: Buffer): RawBody => ({ content, trailers: [], chunks: [content] });
    if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return whole(Buffer.alloc(0));
    if (valueOf(head, 'transfer-encoding') === 'chunked') return this.inbox.chunked();
    const length = valueOf(head, 'content-length');
    return whole(await (length === undefined ? this.inbox.rest() : this.inbox.take(Number(length))));
  }
}
