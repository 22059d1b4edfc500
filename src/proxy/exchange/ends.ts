import type { BodyKind } from '../../http1/body-reader.ts';
import type { Ending } from '../../http1/body-writer.ts';
import type { ForwardedLines, Peer } from '../../http1/forwarded-lines.ts';
import type { Outgoing } from '../../http1/request-writer.ts';
import type { OwnAnswer } from '../../http1/own-answer.ts';
import type { RequestHead } from '../../http1/request-head.ts';
import type { ResponseHead } from '../../http1/response-head.ts';
import type { Hold } from '../bytes/read-buffers.ts';
import type { FailureReason, Verdict } from '../../boundary/reasons.ts';
import type { ResponseRule } from '../../boundary/response-rules.ts';
import type { Endpoint } from '../../routing/endpoint.ts';
import type { Grant } from '../../routing/grant.ts';
import type { Route } from '../../routing/route.ts';

export type { BodyKind, Ending, Hold, Outgoing };

/*
 * An exchange connects two ends, and knows neither their protocols nor their sockets. Each end is a pair of
 * interfaces: the calls of the exchange to the end (Downstream, UpstreamRequest), and the reports of the end to it (ClientSide,
 * UpstreamEvents). Bytes are `buf[start, end)` and belong to the callee only until it returns, unless it returns 'kept'.
 * No call follows the last one to a client's end (`finish`, `hangUp`, `resetWhenSent`, `abort`), nor one to a try after it was
 * abandoned or has reported its response complete.
 */

/** The contents of one of podway's own answers. */
export interface OwnVerdict extends Pick<Verdict, 'status' | 'close'> {
  /** The body, instead of one line with the status. */
  readonly page?: string;
  /** Only for a redirect. */
  readonly location?: string;
  /** Further field lines, each with its CRLF. */
  readonly fields?: string;
}

/** Bytes that were written to one client and have not left this process. */
export interface SendQueue {
  /** Bytes that the kernel had not taken when they were last counted. */
  readonly queued: number;
  /** The caller should not write more until some bytes have left. */
  readonly full: boolean;
  /** Bytes are queued, and the client has taken some within the last `idle` milliseconds. */
  isMoving(idle: number): boolean;
  /** When podway disconnects a client that takes no bytes for `idle` milliseconds, on the worker's clock. */
  idleDeadline(idle: number): number;
  /** Calls `sent` once: with true when everything written so far has left, with false when it no longer can. */
  whenSent(sent: (all: boolean) => void): void;
}

/** The client's end of one exchange: with HTTP/1 one turn of a connection. */
export interface Downstream {
  readonly peer: Peer;
  /** What pods learn about the peer. */
  readonly forwarded: ForwardedLines;
  readonly sendQueue: SendQueue;
  /** Connections to pods that are kept for this client alone. The upstream end sets it. */
  pinned: PinnedConnections | undefined;
  /** The client is gone: no written data arrives any more. */
  readonly closed: boolean;
  /** The client has ended its side; what it sent before may still be unread. */
  readonly ended: boolean;
  /** Bytes received and not consumed yet, those of the framing included: not 0 while the end of a body is unread. */
  readonly unread: number;
  /** The client has ended its side, and its body is incomplete after the bytes that were just passed on. */
  readonly bodyCut: boolean;
  /** Sends 100 (Continue), because podway now waits for the body. */
  askForBody(): void;
  /**
   * The exchange can take bytes of the body now, and some may have come before it could. If `canTake` or `take` of the
   * body calls this, the end continues to read when they have returned.
   */
  readBody(): void;
  /** An interim response of the pod, for clients that understand it and have not got it from podway. */
  interim(head: ResponseHead): void;
  /**
   * The final response begins. The end writes no byte before the first piece of the body: until then, another answer
   * may replace it.
   */
  respond(head: ResponseHead, body: BodyKind): void;
  write(buf: Buffer, start: number, end: number, ending: Ending): Hold;
  /**
   * Answers instead of a pod, and returns the size of the body in bytes. `close`: the client may not use its connection
   * again.
   */
  answer(answer: OwnAnswer, close: boolean): number;
  /** The response is written, and the exchange is over. */
  finish(): void;
  /** The client's side of a tunnel that may follow. */
  readonly tunnelEnd: ClientTunnelEnd;
  /** Passes on the pod's 101. From now on, all bytes belong to the tunnel. */
  becomeTunnel(head: ResponseHead, protocol: string, tunnel: TunnelClientSide): void;
  /** Ends the client's side without an answer. */
  hangUp(): void;
  /**
   * The response is truncated: delivers what was received, then ends the client's side so that the client recognizes
   * the response as incomplete.
   */
  resetWhenSent(): void;
  /** Ends the client's side at once, so that the client recognizes the response as incomplete. */
  abort(): void;
}

/** What a client's connection needs to know about the exchange or tunnel on it. */
export interface Running {
  /** When `expire` is called, in milliseconds of the worker's clock. */
  readonly deadline: number;
  /** Bytes of the client that no pod has taken yet, in memory of this process other than the connection's own. */
  readonly pending: number;
  /** The client took all bytes that were queued for it, or enough of them. */
  drained(): void;
  /** The client has ended its side, and no byte of a body is unread. */
  ended(): void;
  /** The client's connection is gone. */
  gone(): void;
  expire(): void;
  /** The drain timeout is over. */
  cut(): void;
}

/** What a client's end reports of the body of a request. */
export interface BodySide {
  readonly done: boolean;
  /** No pod takes its bytes yet. */
  readonly isUnsent: boolean;
  /** Whether podway can take bytes that have come. Not called once the body is done. */
  canTake(): boolean;
  /** Takes the next bytes, without framing. `done`: these are the last ones. */
  take(buf: Buffer, start: number, end: number, done: boolean): Hold;
  /** The body cannot be read to its end. */
  failed(reason: 'bad-chunk' | 'body-cut'): void;
}

/** What a client's end reports to its exchange. */
export interface ClientSide extends Running {
  readonly head: RequestHead;
  /** Undefined if the request has none. */
  readonly body: BodySide | undefined;
  start(): void;
  /** Ends the exchange to free memory for others. Returns false if a pod has the whole request: its response continues. */
  shed(): boolean;
}

/** One side of a tunnel as the other one sees it. */
export interface TunnelEnd {
  readonly gone: boolean;
  /** Bytes that its socket has not taken. */
  readonly queued: number;
  /** This side accepts no more bytes at the moment; it reports when it does again. */
  readonly full: boolean;
  write(buf: Buffer, start: number, end: number): Hold;
  /** Continues reading: the received bytes were consumed. */
  resume(): void;
  /** Ends the writing side, after everything written. */
  end(): void;
  destroy(): void;
}

/** The client's side of a tunnel. */
export interface ClientTunnelEnd extends TunnelEnd {
  /** Closes it at once with a reset. */
  reset(): void;
}

/** The pod's side of a tunnel. */
export interface PodTunnelEnd extends TunnelEnd {
  /** From now on, bytes from the pod go to `side`. */
  attach(side: TunnelPodSide): void;
}

/** What the client's end of a tunnel reports. */
export interface TunnelClientSide extends Running {
  /** The pod accepts no more bytes at the moment: podway does not read from the client. */
  readonly clientBlocked: boolean;
  fromClient(buf: Buffer, start: number, end: number): Hold;
}

/** What the pod's end of a tunnel reports. */
export interface TunnelPodSide {
  /** The client accepts no more bytes at the moment: podway does not read from the pod. */
  readonly podBlocked: boolean;
  fromPod(buf: Buffer, start: number, end: number): Hold;
  podDrained(): void;
  podEnded(): void;
  /** The pod's connection is gone. `failed`: it did not end properly. */
  podGone(failed: boolean): void;
}

/** A pod's connection that is bound to one client. */
export interface PinnedConnection {
  readonly endpoint: Endpoint;
}

/** The pods' connections that are bound to one client. */
export interface PinnedConnections {
  /** The connection for a request on this route, which the caller owns from now on; undefined if there is none. */
  take(route: Route, grant: Grant): PinnedConnection | undefined;
  /** The client's connection is gone. */
  end(): void;
}

/** The connection that a request uses: a kept one if there is one, a new one, or the one that is bound to the client. */
export type Origin = 'pool' | 'fresh' | PinnedConnection;

/** The pods' end, which opens tries. */
export interface Upstreams {
  /**
   * Begins a try. The caller may send the request at once if the try is `connected`, otherwise when `events.opened()`
   * is called. No method of `events` is called before this returns.
   */
  request(endpoint: Endpoint, origin: Origin, head: RequestHead, events: UpstreamEvents): UpstreamRequest;
}

/** One try at one pod: a connection, the request on it, the response from it. */
export interface UpstreamRequest {
  readonly endpoint: Endpoint;
  /** The pod's address, as dialled. */
  readonly address: string;
  readonly port: number;
  /** The request may be sent, or was sent. */
  readonly connected: boolean;
  /** The connection carried an exchange before, so the pod may have closed it while podway was writing. */
  readonly reused: boolean;
  /** The pod has sent a byte: the request may not go to another pod. */
  readonly anyByte: boolean;
  /** No byte of the request was sent, and no byte of its body was read from the client. */
  readonly unsent: boolean;
  /** The client has logged in on this connection, so the request must use it. */
  readonly bound: boolean;
  /** Both sides may send in turn without a time limit, as in a gRPC call. */
  readonly isConversation: boolean;
  /** podway may learn late that the pod's program got none of the written bytes: the exchange holds them until the pod responds. */
  readonly mayBeRefused: boolean;
  /**
   * When the try began, or on a kept connection when the request was sent (0 before), in milliseconds of
   * performance.now().
   */
  readonly startedAt: number;
  /** When the request was sent, in the same unit; 0 before. */
  readonly sentAt: number;
  /** Bytes that the pod's socket has not taken. */
  readonly queued: number;
  readonly full: boolean;
  send(outgoing: Outgoing): void;
  write(buf: Buffer, start: number, end: number, done: boolean): Hold;
  /**
   * The pod could not be reached for `reason`. Returns true if podway now tries another address of it, and has called
   * `redialled`.
   */
  dialOther(reason: FailureReason): boolean;
  /** Continues to read. */
  resume(): void;
  /** Gives up the try, which then reports no more events. */
  abandon(): void;
}

/** What a try reports to its exchange. */
export interface UpstreamEvents {
  /** The client accepts no more bytes at the moment: podway does not read from the pod. */
  readonly stalled: boolean;
  /** podway opens another connection, and the time for this begins again. */
  redialled(): void;
  opened(): void;
  /**
   * Undefined if the request has none. `podDrained`: the pod takes its bytes again; `answered`: the pod has begun to
   * answer.
   */
  readonly body: { readonly isHeld: boolean; podDrained(): void; answered(): void } | undefined;
  interim(head: ResponseHead): void;
  responded(head: ResponseHead, body: BodyKind): void;
  /** A piece of the body without its framing. The last piece has an `ending`. */
  data(buf: Buffer, start: number, end: number, ending: Ending): Hold;
  /** The response is complete, and its connection has been released. */
  complete(): void;
  /** The pod switches protocols. Returns false if it does not switch to the requested one: then the try has failed. */
  switched(head: ResponseHead, pod: PodTunnelEnd): boolean;
  /** The client for which podway keeps a connection after a login on it; undefined if it keeps it for no client. */
  readonly binding: Binding | undefined;
  /** `detail`: the rule that the pod's response broke. */
  failed(reason: FailureReason, detail: ResponseRule | ''): void;
}

/** A client to which a pod's connection may be bound, and the route. */
export interface Binding {
  readonly client: Downstream;
  readonly route: Route;
}
