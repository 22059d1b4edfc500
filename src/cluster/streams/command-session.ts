import { Readable, Writable } from 'node:stream';
import { type CommandStreams, RemoteCommand } from '../../podstream/remote-command.ts';
import type { CommandProtocol } from '../../podstream/subprotocol.ts';
import { terminalSize, type TerminalSize } from '../../podstream/terminal-size.ts';
import type { Clock } from '../clock.ts';
import type { OpenStream } from './handshake.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Closure } from './closure.ts';
import { PodSocket } from './pod-socket.ts';
import { ResizePace } from './resize-pace.ts';

/** Milliseconds of silence after the exit status until podway ends the stream; servers end it at once. */
const CLOSE_AFTER_STATUS = 5_000;
/** Milliseconds of silence after which podway ends a stream whose pod is gone. */
const POD_GONE_TIMEOUT = 500;
const POD_GONE_CHECK_INTERVAL = 100;

const NORMAL = 1000;

/**
 * A command in a container as streams of bytes. If the caller does not read an output, the session pauses the
 * connection, which stops both outputs and the command; `stdin` takes bytes no faster than the connection does.
 */
export class CommandSession {
  /** Its end signals the end of stdin to the command, if the protocol can express that (`halfCloses`). */
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The outcome of the command; never rejects. The outputs have ended by then. */
  readonly ended: Promise<Outcome>;
  /** The protocol can express that stdin has ended. */
  readonly halfCloses: boolean;
  readonly #clock: Clock;
  readonly #command: RemoteCommand;
  readonly #socket: PodSocket;
  readonly #resizes: ResizePace;
  readonly #full = new Set<Readable>();
  readonly #outcome = Promise.withResolvers<Outcome>();
  #isOver = false;
  #cancel: () => void = () => undefined;

  constructor({ socket, protocol }: OpenStream<CommandProtocol>, streams: CommandStreams, clock: Clock) {
    this.#clock = clock;
    this.#command = new RemoteCommand(protocol, streams);
    this.halfCloses = this.#command.halfCloses;
    this.ended = this.#outcome.promise;
    this.#socket = new PodSocket(socket, clock, {
      message: (bytes, binary) => this.#received(bytes, binary),
      closed: (closure) => this.#closed(closure),
    });
    this.#resizes = new ResizePace(clock, (size) => this.#sendSize(size));
    this.stdin = new Writable({
      write: (chunk: Buffer, _, done) => this.#socket.send(this.#command.stdin(chunk), done),
      final: (done) => {
        const end = this.#command.endStdin();
        this.#socket.send(end === undefined ? [] : [end], done);
      },
    });
    this.stdout = this.#output();
    this.stderr = this.#output();
    this.#socket.resume();
  }

  /**
   * Sets a new size of the terminal. Impossible sizes are ignored, and of many sizes in a short time the last one
   * counts.
   */
  resize(size: { readonly columns: unknown; readonly rows: unknown }): void {
    const usable = terminalSize(size);
    if (usable !== undefined && !this.#isOver) this.#resizes.resize(usable);
  }

  /**
   * The pod or the container is gone: ends the session once no data has come for half a second and the caller has read
   * what came.
   */
  endWhenSilent(detail: string): void {
    if (this.#isOver) return;
    const isReading = this.#full.size === 0;
    if (isReading && this.#socket.idle >= POD_GONE_TIMEOUT) return this.abandon(detail);
    this.#cancel();
    this.#cancel = this.#clock.alarm(POD_GONE_CHECK_INTERVAL, () => this.endWhenSilent(detail));
  }

  /** Ends the session at once. The process in the pod does not learn of it: the protocol has no message for that. */
  abandon(detail: string): void {
    if (this.#isOver) return;
    this.#socket.close(NORMAL);
    this.#end({ kind: 'lost', detail });
  }

  #received(bytes: Buffer, binary: boolean): void {
    if (this.#isOver) return;
    const news = this.#command.receive(bytes, binary);
    if (this.#command.hasStatus) this.#closeWhenSilent();
    if (news === undefined) return;
    if (news.type === 'violation') return this.#socket.close(news.code, news.detail);
    const output = this[news.stream];
    if (news.type === 'output-ended') output.push(null);
    else if (!output.push(news.bytes) && !output.destroyed) {
      this.#full.add(output);
      this.#socket.pause();
    }
  }

  #output(): Readable {
    const drained = (output: Readable) => {
      if (this.#full.delete(output) && this.#full.size === 0) this.#socket.resume();
    };
    return new Readable({
      read() {
        drained(this);
      },
      destroy(error, done) {
        drained(this);
        done(error);
      },
    });
  }

  #closeWhenSilent(): void {
    if (this.#isOver) return;
    this.#cancel();
    this.#cancel = this.#clock.alarm(CLOSE_AFTER_STATUS, () => {
      if (this.#full.size > 0) this.#closeWhenSilent();
      else this.#socket.close(NORMAL);
    });
  }

  #sendSize(size: TerminalSize): void {
    const message = this.#command.resize(size);
    if (message !== undefined) this.#socket.send([message]);
  }

  #closed(closure: Closure): void {
    this.#end(outcomeOf(this.#command.exitStatus(), closure));
  }

  #end(outcome: Outcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#cancel();
    this.#resizes.stop();
    for (const output of [this.stdout, this.stderr]) if (!output.readableEnded) output.push(null);
    this.stdin.destroy();
    this.#outcome.resolve(outcome);
  }
}
