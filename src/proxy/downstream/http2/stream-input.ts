import type { RequestHead } from '../../../http1/request-head.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import type { BodySide, ClientSide, Hold, Running, TunnelClientSide } from '../../exchange/ends.ts';
import type { RequestMemory } from '../../load/request-memory.ts';
import { StreamBody } from './stream-body.ts';
import { StreamMemory } from './stream-memory.ts';
import { TunnelIntake } from './stream-tunnel.ts';

/** The request of a stream, as far as StreamInput needs it. */
export interface ReceivingTurn {
  readonly peer: { readonly network: string };
  readonly exchange: ClientSide;
  readonly running: Running | undefined;
}

/** Receives what a client sends on one stream: the body of the request, or the bytes of a tunnel. It counts the bytes that are kept. */
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

  /** Bytes of a body that arrived and no pod has accepted; not 0 while the end of the body is unread. */
  get unread(): number {
    return this.#body === undefined ? 0 : this.#body.unread;
  }

  /** A body with Content-Length has arrived completely; END_STREAM may still follow in another frame. */
  get isWhole(): boolean {
    return this.#body?.isWhole === true;
  }

  /** The request has a body. */
  expect(head: RequestHead): void {
    this.#body = new StreamBody(this.#stream, head, () => this.#side, this.#moved);
  }

  /** The stream is a tunnel from now on. */
  openTunnel(tunnel: TunnelClientSide): void {
    this.#tunnel = new TunnelIntake(tunnel, this.#moved);
    this.#stream.resume();
    this.count();
  }

  /** The exchange or the tunnel may accept bytes again. */
  read(): void {
    if (this.#body === undefined) this.#stream.resume();
    else this.#body.read();
  }

  /** Bytes arrived; see Intake. */
  came(buf: Buffer, start: number, end: number): Hold | 'later' | 'too-long' {
    const taken = (this.#tunnel ?? this.#body)?.came(buf, start, end);
    // Bytes for a tunnel that is not open yet, or will not be opened.
    return taken ?? (this.#turn.running === undefined ? 'free' : 'later');
  }

  /** END_STREAM arrived. Returns false if fewer bytes arrived than Content-Length. */
  finished(): boolean {
    return (this.#tunnel ?? this.#body)?.finished() ?? true;
  }

  /** Reports the number of kept bytes to the worker. */
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
