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
 * No call follows the last one to a client's end (`finish`, `hangUp`, `breakOff`, `abort`), nor one to a try after it was
 * abandoned or has reported its response complete.
 */

/** The contents of an answer that the router gives itself. */
export interface OwnVerdict extends Pick<Verdict, 'status' | 'close'> {
  /** The body, instead of one line with the status. */
  readonly page?: string;
  /** Of a redirect. */
  readonly location?: string;
  /** Further field lines, each with its CRLF. */
  readonly fields?: string;
}

/** What was written to one client and has not left this process. */
export interface SendQueue {
  /** Bytes that the kernel had not taken when they were last counted. */
  readonly queued: number;
  /** Nothing more should be written until some of it has left. */
  readonly full: boolean;
  /** Something is queued, and the client has taken bytes within the last `idle` milliseconds. */
  isMoving(idle: number): boolean;
  /** When podway disconnects a client that reads nothing for `idle` milliseconds, on the worker's clock. */
  givenUpAt(idle: number): number;
  /** Calls `sent` once: with true when all that was written so far has left, with false when it never will. */
  whenSent(sent: (all: boolean) => void): void;
}

/** The client's end of one exchange: with HTTP/1 one turn of a connection. */
export interface Downstream {
  readonly peer: Peer;
  /** What pods learn about the peer. */
  readonly forwarded: ForwardedLines;
  readonly sendQueue: SendQueue;
  /** What pods keep for this client alone; the upstream end puts it here. */
  bonds: Bonds | undefined;
  /** The client is gone: no written data arrives any more. */
  readonly closed: boolean;
  /** The client has ended its side; what it sent before may still be unread. */
  readonly ended: boolean;
  /** Bytes received and not consumed yet, those of the framing included: not 0 while the end of a body is unread. */
  readonly unread: number;
  /** The client has ended its side, and with the bytes just passed on its body stops before its end. */
  readonly bodyCut: boolean;
  /** The body is awaited: 100 (Continue). */
  askForBody(): void;
  /**
   * The exchange can take body bytes now; some may have come before it could. Called within `canTake` or `take` of the body
   * as well: then the end reads on when these have returned.
   */
  readBody(): void;
  /** An interim response of the pod, for clients that understand it and have not got it from the router. */
  interim(head: ResponseHead): void;
  /** The final response begins. Nothing is written before its first piece of a body: until then it may be replaced. */
  respond(head: ResponseHead, body: BodyKind): void;
  write(buf: Buffer, start: number, end: number, ending: Ending): Hold;
  /** Answers instead of a pod; returns the bytes of the body. `close`: the client's connection must not go on. */
  answer(answer: OwnAnswer, close: boolean): number;
  /** The response is written, and the exchange over. */
  finish(): void;
  /** The client's side of a tunnel that may follow. */
  readonly tunnelEnd: ClientTunnelEnd;
  /** Passes the pod's 101 on; from now on all bytes are the tunnel's. */
  becomeTunnel(head: ResponseHead, protocol: string, tunnel: TunnelClientSide): void;
  /** Ends without an answer. */
  hangUp(): void;
  /** The response is truncated: delivers what was received, then ends in a way that the client recognizes as incomplete. */
  breakOff(): void;
  /** Ends at once, in a way that the client recognizes as incomplete. */
  abort(): void;
}

/** What a client's connection needs to know about the exchange or tunnel on it. */
export interface Running {
  /** On the worker's clock, in milliseconds: when `expire` is called. */
  readonly deadline: number;
  /** Bytes of the client that no pod has taken yet, in memory of this process other than the connection's own. */
  readonly pending: number;
  /** The client took all that was queued for it, or enough. */
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
  /** Bytes of it are here: whether they can be taken now. Not asked once it is done. */
  canTake(): boolean;
  /** The next bytes, without framing; `done`: the last ones. */
  take(buf: Buffer, start: number, end: number, done: boolean): Hold;
  /** The body cannot be read to its end. */
  failed(reason: 'bad-chunk' | 'body-cut'): void;
}

/** What a client's end reports to its exchange. */
export interface ClientSide extends Running {
  /** Undefined: the request has none. */
  readonly body: BodySide | undefined;
  start(): void;
  /** Ends the exchange to free memory for other clients; false: a pod has the whole request, and its response continues. */
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
  /** Ends at once, with a reset. */
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
  /** Gone; `failed`: not by an orderly end. */
  podGone(failed: boolean): void;
}

/** A pod's connection that is bound to one client. */
export interface Bond {
  readonly endpoint: Endpoint;
}

/** The pods' connections that are bound to one client. */
export interface Bonds {
  /** The one for a request on this route, from now on the caller's; undefined when there is none. */
  take(route: Route, grant: Grant): Bond | undefined;
  /** The client's connection is gone. */
  end(): void;
}

/** Where a request goes: on a kept connection if there is one, on a new one, or on the client's own. */
export type Origin = 'pool' | 'fresh' | Bond;

/** The pods' end: it opens tries. */
export interface Upstreams {
  /**
   * Begins a try. The request may be sent at once when it is `connected`, otherwise when `events.opened()` is called.
   * None of `events` is called before this returns.
   */
  request(endpoint: Endpoint, origin: Origin, head: RequestHead, events: UpstreamEvents): UpstreamRequest;
}

/** One try at one pod: a connection, the request on it, the response from it. */
export interface UpstreamRequest {
  readonly endpoint: Endpoint;
  /** The pod's address, as dialled. */
  readonly address: string;
  readonly port: number;
  /** The request may be sent, or was. */
  readonly connected: boolean;
  /** The connection carried an exchange before, so the pod may have closed it while we wrote. */
  readonly reused: boolean;
  /** The pod has sent something: the request may not go to another pod. */
  readonly anyByte: boolean;
  /** No byte of the request was sent, and no byte of its body was read from the client. */
  readonly unsent: boolean;
  /** The client has logged in on this connection, so the request belongs there and nowhere else. */
  readonly bound: boolean;
  /** Both sides may send in turn without a time limit, as in a gRPC call. */
  readonly isConversation: boolean;
  /** podway may learn late that the pod's program got none of the written bytes: the exchange holds them until the pod responds. */
  readonly mayBeRefused: boolean;
  /** When it began, on a kept connection when the request was sent (0 before); milliseconds of performance.now(). */
  readonly startedAt: number;
  /** When the request was sent, in the same; 0 before. */
  readonly sentAt: number;
  /** Bytes that the pod's socket has not taken. */
  readonly queued: number;
  readonly full: boolean;
  send(outgoing: Outgoing): void;
  write(buf: Buffer, start: number, end: number, done: boolean): Hold;
  /** The pod could not be reached for `reason`: true when another address of it is tried now (`redialled` was called). */
  dialOther(reason: FailureReason): boolean;
  /** Read on. */
  resume(): void;
  /** Gives up: nothing more is reported. */
  abandon(): void;
}

/** What a try reports to its exchange. */
export interface UpstreamEvents {
  /** The client accepts no more bytes at the moment: podway does not read from the pod. */
  readonly stalled: boolean;
  /** Another connection is being opened; the time for that begins once more. */
  redialled(): void;
  opened(): void;
  /** Undefined: the request has none. `podDrained`: the pod takes its bytes again; `answered`: it has begun to answer. */
  readonly body: { readonly isHeld: boolean; podDrained(): void; answered(): void } | undefined;
  interim(head: ResponseHead): void;
  responded(head: ResponseHead, body: BodyKind): void;
  /** A piece of the body without its framing; of a body that ends here the last one. */
  data(buf: Buffer, start: number, end: number, ending: Ending): Hold;
  /** The response came whole, and its connection has been given back. */
  complete(): void;
  /** The pod switches protocols. False: not to what it was asked for, so the try has failed. */
  switched(head: ResponseHead, pod: PodTunnelEnd): boolean;
  /** The client for which a connection is kept after a login on it; undefined: for no client. */
  readonly binding: Binding | undefined;
  /** `detail`: the rule that the pod's response broke. */
  failed(reason: FailureReason, detail: ResponseRule | ''): void;
}

/** A client that a pod's connection may be bound to, and the route. */
export interface Binding {
  readonly client: Downstream;
  readonly route: Route;
}
