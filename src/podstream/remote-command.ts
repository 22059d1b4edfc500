import {
  CLOSE,
  frame,
  frames,
  RESIZE,
  STATUS,
  STDERR,
  STDIN,
  STDOUT,
  TEXT_MESSAGE,
  type Violation,
} from './channel-frames.ts';
import { type ExitStatus, MAX_STATUS_BYTES, readExitStatus } from './exit-status.ts';
import type { CommandProtocol } from './subprotocol.ts';
import { resizeMessage, type TerminalSize } from './terminal-size.ts';
import { Tolerance } from './tolerance.ts';

/** The requested streams. With a terminal there is no stderr: all output is stdout. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The meaning of a message from the server. */
export type CommandNews =
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  /** v5: this output has ended, though the stream continues. */
  | { readonly type: 'output-ended'; readonly stream: 'stdout' | 'stderr' }
  | Violation;

type OutputStream = 'stdout' | 'stderr';

/**
 * One exec or attach over channel frames: reads messages from the server, and makes the messages to it. Any bytes are safe
 * input: messages without a meaning are ignored and counted, and too many of them are a violation, after which all others are
 * ignored.
 */
export class RemoteCommand {
  readonly #protocol: CommandProtocol;
  readonly #streams: CommandStreams;
  readonly #open: Record<OutputStream, boolean>;
  readonly #tolerance = new Tolerance();
  #stdinOpen: boolean;
  #statusBytes = 0;
  /** Allocated with the first byte of a Status. */
  #status: Buffer | undefined;

  constructor(protocol: CommandProtocol, streams: CommandStreams) {
    this.#protocol = protocol;
    this.#streams = streams;
    this.#stdinOpen = streams.stdin;
    this.#open = { stdout: streams.stdout, stderr: streams.stderr };
  }

  /** Number of ignored messages. */
  get ignored(): number {
    return this.#tolerance.ignored;
  }

  /** Whether the protocol can signal that stdin has ended. */
  get halfCloses(): boolean {
    return this.#protocol === 'v5.channel.k8s.io';
  }

  /** Whether the status channel has data: then the command has ended. */
  get hasStatus(): boolean {
    return this.#statusBytes > 0;
  }

  /** Takes a message from the server. Undefined: the message requires no action. */
  receive(message: Uint8Array, binary: boolean): CommandNews | undefined {
    if (this.#tolerance.isViolated) return undefined;
    if (!binary) return this.#tolerance.violate(TEXT_MESSAGE);
    const [channel = Number.NaN] = message;
    const payload = message.subarray(1);
    switch (channel) {
      case STDOUT:
        return this.#output('stdout', payload);
      case STDERR:
        return this.#output('stderr', payload);
      case STATUS:
        this.#collect(payload);
        return undefined;
      case CLOSE:
        return this.halfCloses ? this.#closed(payload) : this.#tolerance.ignore();
      default:
        return this.#tolerance.ignore();
    }
  }

  /** The exit status. Undefined: the server has not reported one, which is a failure after the stream has ended. */
  exitStatus(): ExitStatus | undefined {
    return this.#status && readExitStatus(this.#status.subarray(0, this.#statusBytes));
  }

  /** Messages for bytes of stdin. Empty if there is no stdin or it has ended. */
  stdin(bytes: Uint8Array): Iterable<Buffer> {
    return this.#stdinOpen ? frames(STDIN, bytes) : [];
  }

  /** The message that stdin has ended. Undefined after the first call, and on v4, which has no such message. */
  endStdin(): Buffer | undefined {
    if (!this.#stdinOpen) return undefined;
    this.#stdinOpen = false;
    return this.halfCloses ? frame(CLOSE, Buffer.of(STDIN)) : undefined;
  }

  /**
   * The message for a new size. Undefined without a terminal, because servers would not read it and would block on a second one.
   */
  resize(size: TerminalSize): Buffer | undefined {
    return this.#streams.tty ? frame(RESIZE, resizeMessage(size)) : undefined;
  }

  #output(stream: OutputStream, bytes: Uint8Array): CommandNews | undefined {
    if (!this.#open[stream]) return this.#tolerance.ignore();
    // The first message of a server is empty and means that the stream is open.
    return bytes.length === 0 ? undefined : { type: 'output', stream, bytes };
  }

  #closed(payload: Uint8Array): CommandNews | undefined {
    const [channel] = payload;
    if (payload.length !== 1 || (channel !== STDOUT && channel !== STDERR)) return this.#tolerance.ignore();
    const stream = channel === STDOUT ? 'stdout' : 'stderr';
    if (!this.#open[stream]) return undefined;
    this.#open[stream] = false;
    return { type: 'output-ended', stream };
  }

  /** Collects a Status, which may have several messages. Bytes above the limit make it unreadable and are dropped. */
  #collect(payload: Uint8Array): void {
    if (payload.length === 0) return;
    this.#status ??= Buffer.allocUnsafe(MAX_STATUS_BYTES + 1);
    const room = this.#status.length - this.#statusBytes;
    this.#status.set(payload.subarray(0, room), this.#statusBytes);
    this.#statusBytes += Math.min(payload.length, room);
  }
}
