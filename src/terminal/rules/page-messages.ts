/**
 * The protocol between the page and podway: binary messages whose first byte is their kind, in both directions. Numbers are
 * unsigned and big endian. Output and input are bytes, not text: the bytes of a character may be in two messages.
 */
export const PAGE_PROTOCOL = 'podway.terminal.v1';
/** The beginning of the subprotocol that carries the ticket. */
export const TICKET_PROTOCOL = 'podway.ticket.';

/** Kinds of messages to the page. Output. */
export const OUTPUT = 0;
/** A Status as JSON. */
const STATUS = 1;
/** A sentence for the user, in UTF-8. */
const WARNING = 2;
/** The number of bytes of input that were passed on (4 bytes): the page may send as many more. */
const TAKEN = 3;

/** Kinds of messages from the page. Input. */
const INPUT = 0;
/** Columns and rows, 2 bytes each. */
const RESIZE = 1;
/** The number of bytes of output that the screen shows (4 bytes): podway may send as many more. */
const SHOWN = 2;

/** Maximum output in a message to the page, in bytes. */
export const MAX_OUTPUT_BYTES = 32_768;
/** Maximum size of a message from the page, in bytes: the kind and 32 KiB of input. */
export const MAX_PAGE_MESSAGE_BYTES = 32_769;
/**
 * Maximum output that the page has not acknowledged, in bytes. The emulator drops everything above 50 MB, and is slow before
 * that.
 */
export const OUTPUT_WINDOW = 262_144;
/** Maximum input that podway has not acknowledged, in bytes. */
export const INPUT_WINDOW = 65_536;

/** The state of the session, for the page. */
export type Status =
  | {
      readonly state: 'open';
      readonly namespace: string;
      readonly pod: string;
      readonly container: string;
      readonly readOnly: boolean;
      /** Without a terminal in the container, LF does not move the cursor to the first column. */
      readonly tty: boolean;
    }
  | {
      readonly state: 'ended';
      readonly reason: string;
      readonly detail: string;
      /** The exit code of the command, if it is known. */
      readonly exitCode?: number;
    };

/** The meaning of a message from the page. */
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

/** Reads a message from the page. Undefined if it is invalid; podway's page does not send such messages. */
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
