import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import type { Config } from '../config/load.ts';
import { ownString } from '../wiring/json.ts';
import type { TerminalSize } from '../podstream/terminal-size.ts';
import { castEvent, castHeader } from './rules/asciicast.ts';

/** Where and how podway records terminals. */
export interface RecordingOptions {
  readonly folder: string;
  /** Maximum size of a file, in bytes. */
  readonly maxBytes: number;
  /** Record input, too, which includes typed passwords. */
  readonly input: boolean;
}

/** The options from the settings; undefined: podway records no terminals. */
export function recordingOf(
  config: Pick<Config, 'terminalRecord' | 'terminalRecordSize' | 'terminalRecordInput'>,
): RecordingOptions | undefined {
  const { terminalRecord: folder, terminalRecordSize: maxBytes, terminalRecordInput: input } = config;
  return folder === '' ? undefined : { folder, maxBytes, input };
}

interface Recorded {
  readonly name: string;
  readonly title: string;
  readonly size: TerminalSize;
  /** Milliseconds since 1970. */
  readonly began: number;
}

/**
 * A recording of a terminal (asciicast v2), which only its owner can read. Output waits for a slow disk, so that no part is
 * lost unnoticed. A failing disk or the size limit ends the recording, but not the terminal.
 */
export class Recording {
  readonly #options: RecordingOptions;
  readonly #stream: WriteStream;
  readonly #began = performance.now();
  /** The bytes of a character may arrive in two pieces. */
  readonly #output = new StringDecoder('utf8');
  readonly #input = new StringDecoder('utf8');
  readonly #stopped: (reason: string) => void;
  #left: number;
  /** A new size that has not been written yet. */
  #size: TerminalSize | undefined;
  #isOver = false;

  /** @param stopped called once when the recording ends before the terminal, with the reason */
  constructor(
    options: RecordingOptions,
    { name, title, size, began }: Recorded,
    stopped: (reason: string) => void,
  ) {
    this.#options = options;
    this.#stopped = stopped;
    this.#left = options.maxBytes;
    this.#stream = createWriteStream(join(options.folder, name), { flags: 'wx', mode: 0o600 });
    this.#stream.on('error', (error) => this.#stop(ownString(error, 'code') ?? 'unknown error'));
    void this.#write(castHeader(size, began / 1000, title));
  }

  /** Resolves when there is room for more. */
  async output(bytes: Buffer): Promise<void> {
    await this.#event('o', this.#output.write(bytes));
  }

  /** Resolves when there is room for more. */
  async input(bytes: Buffer): Promise<void> {
    if (this.#options.input) await this.#event('i', this.#input.write(bytes));
  }

  /** Records a new size. If sizes change faster than the disk writes, only the last is recorded. */
  resized(size: TerminalSize): void {
    this.#size = size;
    if (!this.#stream.writableNeedDrain) this.#writeSize();
  }

  /** Resolves when everything is written, or when writing has failed. */
  async end(): Promise<void> {
    this.#isOver = true;
    this.#stream.end();
    await finished(this.#stream).catch(() => undefined);
  }

  async #event(code: 'o' | 'i', text: string): Promise<void> {
    if (text === '') return;
    this.#writeSize();
    await this.#write(castEvent(this.#now, code, text));
  }

  #writeSize(): void {
    if (this.#size === undefined) return;
    const { columns, rows } = this.#size;
    this.#size = undefined;
    void this.#write(castEvent(this.#now, 'r', `${columns}x${rows}`));
  }

  /** Milliseconds since the beginning. */
  get #now(): number {
    return performance.now() - this.#began;
  }

  async #write(line: string): Promise<void> {
    if (this.#isOver) return;
    this.#left -= Buffer.byteLength(line);
    if (this.#left < 0) return this.#stop(`it is longer than ${this.#options.maxBytes} bytes`);
    if (this.#stream.write(line)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stream.once('drain', resolve);
    this.#stream.once('close', resolve);
    await promise;
  }

  #stop(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream.end();
    this.#stopped(reason);
  }
}
