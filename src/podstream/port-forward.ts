import type { Violation } from './channel-frames.ts';
import { type DialRefusal, MAX_REFUSAL_BYTES, readDialRefusal } from './dial-refusal.ts';
import { Tolerance } from './tolerance.ts';

/** The subprotocol, in which each port is one TCP connection inside the pod. */
export const FORWARD_PROTOCOLS = ['v4.channel.k8s.io'] as const;

/** Maximum number of ports of a request: each needs two channels, and a channel number is one byte. */
const MAX_PORTS = 127;
/** Size of the port number at the beginning of each channel, in bytes. It is little-endian. */
const PORT_OCTETS = 2;
/** Maximum data of a port before its error channel has begun, in bytes. Servers begin both channels at once. */
const MAX_EARLY_BYTES = 65_536;

const EMPTY = new Uint8Array(0);

/** A part of a message from the server. */
export interface MessagePiece {
  /** Undefined: the message is empty. */
  readonly channel: number | undefined;
  /** The bytes after the channel. */
  readonly bytes: Uint8Array;
  /** Whether this is the first part of its message, and the last. */
  readonly begins: boolean;
  readonly ends: boolean;
}

/** The meaning of a message from the server. `index`: the position of the port in the request. */
export type ForwardNews =
  /** Both channels of the port have begun. The runtime connects only now, so a refusal may follow. */
  | { readonly type: 'open'; readonly index: number; readonly bytes: Uint8Array }
  | { readonly type: 'data'; readonly index: number; readonly bytes: Uint8Array }
  /** The runtime could not connect, or the connection failed. podway ignores later messages of the port. */
  | { readonly type: 'refused'; readonly index: number; readonly refusal: DialRefusal }
  | Violation;

/** A channel is a byte stream that begins with its port; message boundaries mean nothing. */
interface Channel {
  begun: number;
  port: number;
}

interface Port {
  readonly number: number;
  readonly data: Channel;
  readonly error: Channel;
  /** Data that arrived before the error channel began. */
  early: Uint8Array;
  /** The beginning of the message on the error channel. */
  text: Uint8Array;
  isOpen: boolean;
  isRefused: boolean;
}

/**
 * Several ports of one pod over channel frames: channel 2i has the data of port i in both directions, 2i+1 its error text. As
 * with RemoteCommand, any bytes are safe input. A port ends with its WebSocket: the protocol cannot signal that the pod or
 * podway has ended its side.
 */
export class PortForward {
  readonly #ports: readonly Port[];
  readonly #tolerance = new Tolerance();

  /** @param ports 1 to 127 ports; the same port may occur several times */
  constructor(ports: readonly number[]) {
    this.#ports = ports.slice(0, MAX_PORTS).map((number) => ({
      number,
      data: { begun: 0, port: 0 },
      error: { begun: 0, port: 0 },
      early: EMPTY,
      text: EMPTY,
      isOpen: false,
      isRefused: false,
    }));
  }

  /** Number of ignored messages. */
  get ignored(): number {
    return this.#tolerance.ignored;
  }

  /** Takes a piece of a message from the server. Undefined: the piece requires no action. */
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

/** The bytes of a payload after the port number at the beginning of the channel. */
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

/** Why the meaning of the port's bytes is unknown; undefined if it is known. */
function wrongOf({ number, data, error, early }: Port): string | undefined {
  if (early.length > MAX_EARLY_BYTES) return `the server did not begin the error channel of port ${number}`;
  const isOther = (it: Channel) => hasBegun(it) && it.port !== number;
  return isOther(data) || isOther(error) ? `the server announced a port other than ${number}` : undefined;
}

function refusalOf(port: Port, index: number, bytes: Uint8Array, ends: boolean): ForwardNews | undefined {
  const left = MAX_REFUSAL_BYTES - port.text.length;
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
  port.early = EMPTY;
  return { type: 'open', index, bytes: early };
}
