import { performance } from 'node:perf_hooks';
import type { FailureReason } from '../../../boundary/reasons.ts';
import type { BodyKind } from '../../../http1/body-reader.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import type { ResponseHead } from '../../../http1/response-head.ts';
import { type Outgoing, writeRequestHead } from '../../../http1/request-writer.ts';
import type { Endpoint } from '../../../routing/endpoint.ts';
import { grpcTimeout, isGrpcCall } from '../../../http2/grpc-status.ts';
import { CODE } from '../../../http2/session/codes.ts';
import type { Http2Stream } from '../../../http2/session/stream.ts';
import { LOW_WATERMARK } from '../../bytes/buffer-budget.ts';
import type { Hold, Origin, UpstreamEvents, UpstreamRequest } from '../../exchange/ends.ts';
import { connectFailure, isShortage } from '../connect-failure.ts';
import type { Timed } from '../../load/coarse-clock.ts';
import type { StreamNeeds } from './needs.ts';
import type { OpeningHandler, PodSession } from './pod-session.ts';
import { neverIndexedFields, requestFields } from './request-fields.ts';
import { StreamResponse } from './stream-response.ts';

/**
 * One attempt of an exchange at one pod over HTTP/2: a stream of a connection that other requests share. The exchange uses it as it
 * uses a request over HTTP/1.1.
 */
export class PodStream implements UpstreamRequest, OpeningHandler, Timed {
  readonly endpoint: Endpoint;
  readonly bound = false;
  readonly mayBeRefused = true;
  readonly isConversation: boolean;
  /** The deadline of a gRPC call (`grpc-timeout`), on the worker's clock. */
  deadline = Number.POSITIVE_INFINITY;
  clockIndex = -1;
  connected = false;
  reused = false;
  anyByte = false;
  startedAt = 0;
  sentAt = 0;
  readonly #head: RequestHead;
  readonly #events: UpstreamEvents;
  readonly #needs: StreamNeeds;
  #session: PodSession;
  #stream: Http2Stream | undefined;
  #response: StreamResponse | undefined;
  #isReleased = false;
  /** The pod has reported that it did not process the request. */
  #isRefused = false;
  /** The pod's other address was tried. */
  #hasOther = false;
  /** How often the request was sent again because the pod had not processed it. */
  #repeats = 0;

  constructor(endpoint: Endpoint, head: RequestHead, events: UpstreamEvents, needs: StreamNeeds) {
    this.endpoint = endpoint;
    this.#head = head;
    this.#events = events;
    this.#needs = needs;
    this.#session = needs.sessions.take(endpoint);
    this.isConversation = isGrpcCall(head.text);
  }

  get address(): string {
    return this.#session.address;
  }

  get port(): number {
    return this.endpoint.port;
  }

  get unsent(): boolean {
    return !this.connected || this.#isRefused;
  }

  get queued(): number {
    return this.#stream?.queued ?? 0;
  }

  get full(): boolean {
    return this.queued >= LOW_WATERMARK;
  }

  begin(origin: Origin): void {
    this.endpoint.health.inFlight += 1;
    if (origin === 'fresh')
      this.#session = this.#needs.sessions.connect(this.endpoint, this.endpoint.behaviour.address);
    this.reused = this.#session.requests > 0;
    this.connected = this.#session.opened;
    if (this.reused) this.#needs.counts.scalars.upstream_connections_reused += 1;
    else this.startedAt = performance.now();
    if (!this.connected) this.#session.wait(this);
    const time = this.isConversation ? grpcTimeout(this.#head.text) : undefined;
    if (time === undefined) return;
    this.deadline = this.#needs.clock.now + time;
    this.#needs.clock.add(this);
  }

  /** The client's deadline is over: it does not wait for an answer any more. */
  expire(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    if (!this.#isReleased) this.#events.failed('grpc-deadline', '');
  }

  opened(): void {
    this.connected = true;
    this.#events.opened();
  }

  /** The connection ended before it could be used. */
  closed(error: Error | undefined): void {
    if (this.#isReleased) return;
    const reason = connectFailure(error);
    if (!isShortage(error) && this.dialOther(reason)) return;
    this.#events.failed(reason, '');
  }

  dialOther(_: FailureReason): boolean {
    const { endpoint } = this;
    if (endpoint.secondAddress === undefined || this.#hasOther) return false;
    this.#hasOther = true;
    const which = this.address === endpoint.address ? 'second' : 'first';
    this.#session.leave(this);
    this.#join(this.#needs.sessions.connect(endpoint, which));
    this.#events.redialled();
    return true;
  }

  crowded(): void {
    this.#join(this.#needs.sessions.take(this.endpoint));
  }

  #join(session: PodSession): void {
    this.#session = session;
    this.connected = session.opened;
    if (session.opened) queueMicrotask(() => this.#isReleased || this.opened());
    else session.wait(this);
  }

  send(outgoing: Outgoing): void {
    const head = this.#head;
    this.sentAt = performance.now();
    // The pod may process the request on this connection although it refused it on an earlier one.
    this.#isRefused = false;
    if (this.reused) this.startedAt = this.sentAt;
    // Upgrade is left out: HTTP/2 has no protocol switch, and a pod may ignore the field (RFC 9110 section 7.8).
    const text = writeRequestHead(
      head,
      { ...outgoing, upgrade: '' },
      'keep-alive',
      this.endpoint.options.requestEdits,
    );
    const scheme = this.endpoint.options.protocol === 'h2' ? 'https' : 'http';
    const isWhole = head.framing === 'none' || (head.framing === 'length' && head.contentLength === 0);
    const fields = requestFields(text, scheme, head.trailers);
    const stream = this.#session.request(fields, isWhole, neverIndexedFields(head.neverIndexed));
    if (stream !== undefined) this.#attach(stream);
    // The connection has begun to end since it was chosen, so the pod did not get the request.
    else queueMicrotask(() => this.#refused());
  }

  #attach(stream: Http2Stream): void {
    const session = this.#session;
    this.#stream = stream;
    this.#response = new StreamResponse(this.#head.method, stream, this.#needs, {
      stalled: () => this.#events.stalled,
      received: () => {
        this.anyByte = true;
      },
      interim: (head) => this.#events.interim(head),
      responded: (head, kind) => this.#responded(head, kind),
      data: (buf, start, end, ending) => this.#events.data(buf, start, end, ending),
      complete: () => this.#complete(),
      failed: (reason, rule) => {
        // A malformed response is a PROTOCOL_ERROR (RFC 9113 section 8.1.1). `abandon` would reset with CANCEL.
        if (reason === 'bad-response') this.#stream?.reset(CODE.protocolError);
        if (!this.#isReleased) this.#events.failed(reason, rule);
      },
      refused: () => this.#refused(),
      drained: () => this.#isReleased || this.full || this.#events.body?.podDrained(),
      over: () => session.streamClosed(),
    });
    stream.handler = this.#response;
  }

  #responded(head: ResponseHead, kind: BodyKind): void {
    // For an HTTP/2 client that opens a WebSocket, any 2xx would mean that it is open (RFC 8441 section 5).
    if (this.#head.websocketAccept !== '' && head.status < 300) {
      this.#response?.stop();
      this.#events.failed('bad-upgrade-response', 'not-switched');
      return;
    }
    this.#events.body?.answered();
    this.#events.responded(head, kind);
  }

  /**
   * The pod has not processed the request, so it may be sent again, with every method (RFC 9113 section 8.7): first on another
   * connection to this pod, since a healthy pod may end old connections; then to another pod.
   */
  #refused(): void {
    if (this.#isReleased) return;
    this.#isRefused = true;
    const { body } = this.#events;
    const canRepeat = body === undefined || body.isHeld;
    const { options, health } = this.endpoint;
    if (canRepeat && this.#repeats <= options.upstreamRetries && !health.gone) {
      this.#repeats += 1;
      this.reused = false;
      this.#drop();
      this.#join(this.#needs.sessions.take(this.endpoint));
      this.#events.redialled();
    } else this.#events.failed('stream-refused', '');
  }

  write(buf: Buffer, start: number, end: number, done: boolean): Hold {
    this.#stream?.write(buf, start, end, done);
    return 'free';
  }

  resume(): void {
    if (this.#stream !== undefined) this.#response?.resume();
  }

  abandon(): void {
    this.#session.leave(this);
    if (this.#release()) this.#drop();
  }

  /** Cancels the stream: the pod may stop its work, and podway reports no more events of it. */
  #drop(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#response?.stop();
    stream?.reset(CODE.cancel);
  }

  /** The only place where the endpoint's in-flight count decreases. Returns false if it was called before. */
  #release(): boolean {
    if (this.#isReleased) return false;
    this.#isReleased = true;
    this.#needs.clock.remove(this);
    this.endpoint.health.inFlight -= 1;
    return true;
  }

  #complete(): void {
    if (!this.#release()) return;
    // The pod answered early, and does not read the rest of the upload.
    if (this.#stream?.isSent === false) this.#drop();
    this.#stream = undefined;
    this.#events.complete();
  }
}
