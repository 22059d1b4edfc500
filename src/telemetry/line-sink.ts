import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { Socket } from 'node:net';

/** PIPE_BUF on Linux: a pipe takes this many bytes whole or not at all, so lines of several threads never mix. */
const BATCH = 4_096;
const RETRY_DELAY = 20;
const EMPTY = Buffer.alloc(0);

type Done = (error: NodeJS.ErrnoException | null, written: number) => void;

/** Writes bytes to a descriptor without blocking the event loop. */
interface Output {
  readonly fd: number;
  /** writeSync to a full pipe could block, and even delay the exit of the process, until the pipe is read. */
  readonly mayBlock: boolean;
  write(bytes: Buffer, done: Done): void;
}

export interface LineSinkOptions {
  /** Maximum number of characters that wait. Further lines are dropped. */
  readonly limit: number;
  /** Called once for every dropped line. */
  readonly onDropped: () => void;
}

/**
 * Writes lines to a descriptor in small batches, one write at a time. It never blocks, and its backlog is bounded: if
 * the log is not read, lines are lost and counted, and requests continue (hazards PR-11).
 */
export class LineSink {
  readonly #output: Output;
  readonly #options: LineSinkOptions;
  readonly #batches: string[] = [];
  /** Bytes for which the reader had no room, and which are tried again. */
  #refused: Buffer = EMPTY;
  #backlog = 0;
  #busy = false;
  #broken = false;

  constructor(fd: number, options: LineSinkOptions) {
    this.#output = openOutput(fd);
    this.#options = options;
  }

  /** `line` ends with its line feed. Returns false if it is dropped. */
  write(line: string): boolean {
    if (this.#broken || this.#backlog + line.length > this.#options.limit) {
      this.#options.onDropped();
      return false;
    }
    this.#backlog += line.length;
    const last = this.#batches.length - 1;
    const open = this.#batches[last];
    if (open !== undefined && open.length + line.length <= BATCH) this.#batches[last] = open + line;
    else this.#batches.push(line);
    if (this.#busy) return true;
    this.#busy = true;
    setImmediate(() => this.#next());
    return true;
  }

  /** Call it at the end of a thread. Writes what waits, as far as the reader takes it at once. */
  flush(): void {
    if (this.#broken || (this.#busy && this.#output.mayBlock)) return;
    try {
      writeWhole(this.#output.fd, this.#refused);
      this.#refused = EMPTY;
      for (let batch = this.#batches[0]; batch !== undefined; batch = this.#batches[0]) {
        writeWhole(this.#output.fd, Buffer.from(batch));
        this.#batches.shift();
        this.#backlog -= batch.length;
      }
    } catch {
      // EAGAIN: the reader is too slow. EPIPE: it is gone. podway can report neither.
    }
  }

  #next(): void {
    const batch = this.#batches.shift();
    if (batch === undefined) {
      this.#busy = false;
      return;
    }
    this.#backlog -= batch.length;
    this.#put(Buffer.from(batch));
  }

  #put(bytes: Buffer): void {
    this.#output.write(bytes, (error, written) => {
      if (error?.code === 'EAGAIN') this.#retry(bytes);
      else if (error) this.#broken = true;
      else if (written < bytes.length) this.#put(bytes.subarray(written));
      else this.#next();
    });
  }

  #retry(bytes: Buffer): void {
    this.#refused = bytes;
    setTimeout(() => {
      const again = this.#refused;
      this.#refused = EMPTY;
      if (again.length > 0) this.#put(again);
      else this.#next();
    }, RETRY_DELAY).unref();
  }
}

function writeWhole(fd: number, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
}

/**
 * podway opens a pipe again, non-blocking: the flag on the inherited descriptor would affect every other holder of the
 * pipe, and a blocking write that never returns would keep a thread of the pool, and so the process, from ending. The
 * new descriptor lives as long as its thread: Node closes what a worker opened.
 */
function openOutput(fd: number): Output {
  const kind = fstatSync(fd);
  if (kind.isSocket()) return socketOutput(fd);
  if (!kind.isFIFO()) return fileOutput(fd, false);
  try {
    return pipeOutput(openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch {
    return fileOutput(fd, true);
  }
}

function fileOutput(fd: number, mayBlock: boolean): Output {
  return { fd, mayBlock, write: (bytes, done) => write(fd, bytes, done) };
}

/** A write is in the pipe at once, so no write is under way that `flush` could overtake. */
function pipeOutput(fd: number): Output {
  return {
    fd,
    mayBlock: false,
    write: (bytes, done) => {
      let written = 0;
      try {
        written = writeSync(fd, bytes);
      } catch (error) {
        done(error as NodeJS.ErrnoException, 0);
        return;
      }
      done(null, written);
    },
  };
}

/** Journald and a Node.js parent process pass a socket; libuv makes it non-blocking. */
function socketOutput(fd: number): Output {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.unref();
  socket.on('error', () => undefined);
  return {
    fd,
    mayBlock: false,
    write: (bytes, done) => {
      socket.write(bytes, (error) => done(error ?? null, bytes.length));
    },
  };
}
