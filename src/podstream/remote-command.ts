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
import { type ExitStatus, LARGEST_STATUS, readExitStatus } from './exit-status.ts';
import type { CommandProtocol } from './subprotocol.ts';
import { resizeMessage, type TerminalSize } from './terminal-size.ts';
import { Tolerance } from './tolerance.ts';

/** The streams that were asked for in the request. With a terminal there is no stderr: all output is stdout. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** What a message of the server means. */
export type CommandNews =
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array }
  /** v5: no more of this output comes, though the stream goes on. */
  | { readonly type: 'output-ended'; readonly stream: 'stdout' | 'stderr' }
  | Violation;

type OutputStream = 'stdout' | 'stderr';

/**
 * One exec or attach over channel frames: messages of the server in, news out, and what may be sent to it. It survives any
 * bytes: what means nothing is ignored and counted, and too much of it is a violation, after which nothing counts.
 */
export class RemoteCommand {
  readonly #protocol: CommandProtocol;
  readonly #streams: CommandStreams;
  readonly #open: Record<OutputStream, boolean>;
  readonly #tolerance = new Tolerance();
  #stdinOpen: boolean;
  #statusBytes = 0;
  /** Made with the first byte of a Status. */
  #status: Buffer | undefined;

  constructor(protocol: CommandProtocol, streams: CommandStreams) {
    this.#protocol = protocol;
    this.#streams = streams;
    this.#stdinOpen = streams.stdin;
    this.#open = { stdout: streams.stdout, stderr: streams.stderr };
  }

  /** Messages and parts of them that meant nothing. */
  get ignored(): number {
    return this.#tolerance.ignored;
  }

  /** The protocol can signal that stdin has ended. */
  get halfCloses(): boolean {
    return this.#protocol === 'v5.channel.k8s.io';
  }

  /** Something came on the status channel: the command is over. */
  get hasStatus(): boolean {
    return this.#statusBytes > 0;
  }

  /** A message of the server; undefined when there is nothing to do about it. */
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

  /** What the command came to; undefined when the server has not said it, which is a failure once the stream is over. */
  exitStatus(): ExitStatus | undefined {
    return this.#status && readExitStatus(this.#status.subarray(0, this.#statusBytes));
  }

  /** Messages for bytes of stdin; none when there is no stdin or it has ended. */
  stdin(bytes: Uint8Array): Iterable<Buffer> {
    return this.#stdinOpen ? frames(STDIN, bytes) : [];
  }

  /** The message that stdin has ended, once; undefined on v4, which has no such message. */
  endStdin(): Buffer | undefined {
    if (!this.#stdinOpen) return undefined;
    this.#stdinOpen = false;
    return this.halfCloses ? frame(CLOSE, Buffer.of(STDIN)) : undefined;
  }

  /**
   * The message of a new size. Without a terminal there is none: it is not read, and servers then block on a second one.
   */
  resize(size: TerminalSize): Buffer | undefined {
    return this.#streams.tty ? frame(RESIZE, resizeMessage(size)) : undefined;
  }

  #output(stream: OutputStream, bytes: Uint8Array): CommandNews | undefined {
    if (!this.#open[stream]) return this.#tolerance.ignore();
    // The first message of a server is an empty one: it says that the stream is open.
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

  /** It may come in several messages. Bytes above the limit make it unreadable, and are not kept. */
  #collect(payload: Uint8Array): void {
    if (payload.length === 0) return;
    this.#status ??= Buffer.allocUnsafe(LARGEST_STATUS + 1);
    const room = this.#status.length - this.#statusBytes;
    this.#status.set(payload.subarray(0, room), this.#statusBytes);
    this.#statusBytes += Math.min(payload.length, room);
  }
}
