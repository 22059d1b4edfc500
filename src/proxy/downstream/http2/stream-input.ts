import type { RequestHead } from '../../../http1/request-head.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { BodySide, ClientSide, Hold, Running, TunnelClientSide } from '../../exchange/ends.ts';
import type { RequestMemory } from '../../load/request-memory.ts';
import { StreamBody } from './stream-body.ts';
import { StreamMemory } from './stream-memory.ts';
import { TunnelIntake } from './stream-tunnel.ts';

/** The request of a stream, as far as what it sends matters. */
export interface ReceivingTurn {
  readonly peer: { readonly address: string };
  readonly exchange: ClientSide;
  readonly running: Running | undefined;
}

/** What a client sends on one stream: the body of its request or, later, the bytes of a tunnel; and how much of it is kept. */
export class StreamInput {
  readonly #turn: ReceivingTurn;
  readonly #stream: Http2Stream;
  readonly #requests: RequestMemory;
  #body: StreamBody | undefined = undefined;
  #tunnel: TunnelIntake | undefined = undefined;
  #memory: StreamMemory | undefined = undefined;
  readonly #moved = (): void => this.count();

  constructor(turn: ReceivingTurn, stream: Http2Stream, requests: RequestMemory) {
    this.#turn = turn;
    this.#stream = stream;
    this.#requests = requests;
  }

  /** Bytes that came and no pod has taken; not 0 while the end of a body is unread. */
  get unread(): number {
    return this.#body === undefined ? 0 : this.#body.unread;
  }

  /** All of a body whose length was declared has come; END_STREAM may follow in a frame of its own. */
  get isWhole(): boolean {
    return this.#body?.isWhole === true;
  }

  /** The request has a body. */
  expect(head: RequestHead): void {
    this.#body = new StreamBody(this.#stream, head, () => this.#side, this.#moved);
  }

  openTunnel(tunnel: TunnelClientSide): void {
    this.#tunnel = new TunnelIntake(tunnel, this.#moved);
    this.#stream.resume();
    this.count();
  }

  read(): void {
    if (this.#body === undefined) this.#stream.resume();
    else this.#body.read();
  }

  came(buf: Buffer, start: number, end: number): Hold | 'later' | 'too-long' {
    const taken = (this.#tunnel ?? this.#body)?.came(buf, start, end);
    // Of a tunnel that is not open yet, or will never be.
    return taken ?? (this.#turn.running === undefined ? 'free' : 'later');
  }

  /** END_STREAM came. False: Content-Length says more. */
  finished(): boolean {
    return (this.#tunnel ?? this.#body)?.finished() ?? true;
  }

  /** Reports to the worker what is kept. */
  count(): void {
    if (this.#memory === undefined) {
      const { running } = this.#turn;
      if (this.#stream.held === 0 && (running === undefined || running.pending === 0)) return;
      this.#memory = new StreamMemory(this.#turn, this.#stream, this.#requests);
    }
    this.#memory.count();
  }

  get #side(): BodySide | undefined {
    const { running, exchange } = this.#turn;
    return running === exchange ? exchange.body : undefined;
  }
}
