import type { Violation } from './channel-frames.ts';
import { type DialRefusal, LARGEST_REFUSAL, readDialRefusal } from './dial-refusal.ts';
import { Tolerance } from './tolerance.ts';

/** The subprotocol: each port is one TCP connection inside the pod. */
export const FORWARD_PROTOCOLS = ['v4.channel.k8s.io'] as const;

/** Ports of one request, at most: two channels each, and a channel is a byte. */
const MOST_PORTS = 127;
/** Bytes of the port number that begins each channel, little-endian. */
const PORT_OCTETS = 2;
/** Bytes of data of a port before its error channel has begun, at most; servers begin both at once. */
const MOST_EARLY = 65_536;

const NONE = new Uint8Array(0);

/** A part of a message of the server. */
export interface MessagePiece {
  /** Undefined: the message is empty. */
  readonly channel: number | undefined;
  /** What lies behind the channel. */
  readonly bytes: Uint8Array;
  /** The first part of its message, and the last. */
  readonly begins: boolean;
  readonly ends: boolean;
}

/** What a message of the server means; `index` is the place of the port in the request. */
export type ForwardNews =
  /** Both channels of the port have begun. The runtime connects only now: a refusal may still come. */
  | { readonly type: 'open'; readonly index: number; readonly bytes: Uint8Array }
  | { readonly type: 'data'; readonly index: number; readonly bytes: Uint8Array }
  /** No connection was made, or it broke; nothing of the port counts any more. */
  | { readonly type: 'refused'; readonly index: number; readonly refusal: DialRefusal }
  | Violation;

/** A channel is a stream of bytes that begins with its port, wherever messages are cut. */
interface Channel {
  begun: number;
  port: number;
}

interface Port {
  readonly number: number;
  readonly data: Channel;
  readonly error: Channel;
  /** Data that came before the other channel had begun. */
  early: Uint8Array;
  /** Of the message on the error channel, its beginning. */
  text: Uint8Array;
  isOpen: boolean;
  isRefused: boolean;
}

/**
 * Several ports of one pod over channel frames: 2i is the data of port i in both directions, 2i+1 its error text. It survives
 * any bytes, as RemoteCommand does. A port ends with its WebSocket: the protocol says neither that the pod has ended
 * its side nor that we have.
 */
export class PortForward {
  readonly #ports: readonly Port[];
  readonly #tolerance = new Tolerance();

  /** @param ports 1 to 127 of them; one may stand there several times */
  constructor(ports: readonly number[]) {
    this.#ports = ports.slice(0, MOST_PORTS).map((number) => ({
      number,
      data: { begun: 0, port: 0 },
      error: { begun: 0, port: 0 },
      early: NONE,
      text: NONE,
      isOpen: false,
      isRefused: false,
    }));
  }

  /** Messages that meant nothing. */
  get ignored(): number {
    return this.#tolerance.ignored;
  }

  /** A piece of a message of the server; undefined when there is nothing to do about it. */
  receive({ channel = Number.NaN, bytes: piece, begins, ends }: MessagePiece): ForwardNews | undefined {
    if (this.#tolerance.isViolated) return undefined;
    const index = channel >> 1;
    const port = Number.isNaN(channel) ? undefined : this.#ports[index];
    if (port === undefined || port.isRefused) return begins ? this.#tolerance.ignore() : undefined;
    const isError = (channel & 1) === 1;
    const bytes = afterPort(isError ? port.error : port.data, piece);
    const news = isError ? refusalOf(port, index, bytes, ends) : dataOf(port, index, bytes);
    const wrong = wrongOf(port);
    return wrong === undefined
      ? news
      : this.#tolerance.violate({ type: 'violation', code: 1002, detail: wrong });
  }
}

/** What of a payload lies behind the port number that begins the channel. */
function afterPort(channel: Channel, payload: Uint8Array): Uint8Array {
  if (hasBegun(channel)) return payload;
  let at = 0;
  for (; at < payload.length && channel.begun < PORT_OCTETS; at += 1) {
    channel.port |= (payload[at] ?? 0) << (8 * channel.begun);
    channel.begun += 1;
  }
  return payload.subarray(at);
}

function hasBegun({ begun }: Channel): boolean {
  return begun === PORT_OCTETS;
}

/** What is wrong with the port, so that the meaning of its bytes is unknown. */
function wrongOf({ number, data, error, early }: Port): string | undefined {
  if (early.length > MOST_EARLY) return `the server did not begin the error channel of port ${number}`;
  const isOther = (it: Channel) => hasBegun(it) && it.port !== number;
  return isOther(data) || isOther(error) ? `the server announced a port other than ${number}` : undefined;
}

function refusalOf(port: Port, index: number, bytes: Uint8Array, ends: boolean): ForwardNews | undefined {
  const left = LARGEST_REFUSAL - port.text.length;
  if (bytes.length > 0 && left > 0) port.text = Buffer.concat([port.text, bytes.subarray(0, left)]);
  if (!ends || port.text.length === 0) return opened(port, index);
  port.isRefused = true;
  return { type: 'refused', index, refusal: readDialRefusal(port.text) };
}

function dataOf(port: Port, index: number, bytes: Uint8Array): ForwardNews | undefined {
  if (port.isOpen) return bytes.length === 0 ? undefined : { type: 'data', index, bytes };
  if (bytes.length > 0) port.early = Buffer.concat([port.early, bytes]);
  return opened(port, index);
}

function opened(port: Port, index: number): ForwardNews | undefined {
  if (port.isOpen || !hasBegun(port.data) || !hasBegun(port.error)) return undefined;
  port.isOpen = true;
  const { early } = port;
  port.early = NONE;
  return { type: 'open', index, bytes: early };
}
