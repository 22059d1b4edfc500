/**
 * The protocol between the page and podway, both ways in binary messages whose first byte is their kind. Numbers are
 * unsigned and big endian. Output and input are bytes, never text: a character may be split over two messages.
 */
export const PAGE_PROTOCOL = 'podway.terminal.v1';
/** Of the subprotocol that carries the ticket, before it. */
export const TICKET_PROTOCOL = 'podway.ticket.';

/** To the page. */
export const OUTPUT = 0;
/** A Status as JSON. */
const STATUS = 1;
/** A sentence for the person, in UTF-8. */
const WARNING = 2;
/** So many bytes of input were passed on (4 bytes): the page may send as many more. */
const TAKEN = 3;

/** From the page. */
const INPUT = 0;
/** Columns and rows, 2 bytes each. */
const RESIZE = 1;
/** So many bytes of output are on the screen (4 bytes): podway may send as many more. */
const SHOWN = 2;

/** Bytes of output in a message to the page, at most. */
export const LARGEST_OUTPUT = 32_768;
/** Bytes of a message of the page, at most: the kind and 32 KiB of input. */
export const LARGEST_PAGE_MESSAGE = 32_769;
/**
 * Bytes of output that may be on their way to the screen. An emulator drops everything above 50 MB, and is slow before
 * that.
 */
export const OUTPUT_WINDOW = 262_144;
/** Bytes of input that may be on their way to the pod. */
export const INPUT_WINDOW = 65_536;

/** What the page gets about its session. */
export type Status =
  | {
      readonly state: 'open';
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
      readonly readOnly: boolean;
      /** Without a terminal in the container a line feed does not return the carriage. */
      readonly tty: boolean;
    }
  | {
      readonly state: 'ended';
      readonly reason: string;
      readonly detail: string;
      /** Of the command, if it is known. */
      readonly exitCode?: number;
    };

/** What a message of the page means. */
export type PageMessage =
  | { readonly type: 'input'; readonly bytes: Buffer }
  | { readonly type: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly type: 'shown'; readonly bytes: number };

export function toPage(kind: number, payload: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(payload.length + 1);
  message[0] = kind;
  message.set(payload, 1);
  return message;
}

export function statusMessage(status: Status): Buffer {
  return toPage(STATUS, Buffer.from(JSON.stringify(status)));
}

export function warningMessage(text: string): Buffer {
  return toPage(WARNING, Buffer.from(text));
}

export function takenMessage(bytes: number): Buffer {
  const message = Buffer.allocUnsafe(5);
  message[0] = TAKEN;
  message.writeUInt32BE(bytes, 1);
  return message;
}

/** Reads a message of the page; undefined when it means nothing, which no page of podway's sends. */
export function readPageMessage(message: Buffer, binary: boolean): PageMessage | undefined {
  if (!binary) return undefined;
  const [kind = Number.NaN] = message;
  switch (kind) {
    case INPUT:
      return { type: 'input', bytes: message.subarray(1) };
    case RESIZE:
      if (message.length !== 5) return undefined;
      return { type: 'resize', columns: message.readUInt16BE(1), rows: message.readUInt16BE(3) };
    case SHOWN:
      return message.length === 5 ? { type: 'shown', bytes: message.readUInt32BE(1) } : undefined;
    default:
      return undefined;
  }
}
