import type { Socket } from 'node:net';

/** How a peer ended its side: FIN after all its bytes, or RST. */
export type Ending = 'fin' | 'reset';

export interface Field {
  readonly name: string;
  readonly value: string;
}

/** A head as it was on the wire: nothing is trimmed, folded or joined but the white space around a value. */
export interface RawHead {
  readonly start: string;
  /** Field lines without CRLF. */
  readonly lines: readonly string[];
  readonly fields: readonly Field[];
}

/** The first value of a field, whatever the case of its name. */
export function valueOf(head: RawHead, name: string): string | undefined {
  return valuesOf(head, name)[0];
}

export function valuesOf(head: RawHead, name: string): string[] {
  return head.fields.filter((field) => field.name.toLowerCase() === name.toLowerCase()).map((f) => f.value);
}

export interface RawBody {
  readonly content: Buffer;
  readonly trailers: readonly string[];
  /** The chunks as they were cut by the sender; one for a body that is not chunked. */
  readonly chunks: readonly Buffer[];
}

/** The peer ended before what was waited for had arrived. */
export class EndedEarly extends Error {
  readonly ending: Ending;
  constructor(wanted: string, ending: Ending, held: Buffer) {
    super(
      `${ending} while waiting for ${wanted}; held ${JSON.stringify(held.toString('latin1').slice(0, 400))}`,
    );
    this.ending = ending;
  }
}

/**
 * What a socket received, read in order by the piece.
 * Reads HTTP/1 loosely: it believes what it is told, so that it shows what was really sent. One reader at a time.
 */
export class Inbox {
  readonly ended: Promise<Ending>;
  readonly #recorded: Buffer[] = [];
  readonly #patience: number;
  #held: Buffer[] = [];
  #length = 0;
  #ending: Ending | undefined;
  #wake: () => void = () => undefined;
  #resolveEnded: (ending: Ending) => void = () => undefined;

  /** `patience`: milliseconds after which a read fails with what it has; 0 waits for ever. */
  constructor(socket: Socket, patience: number) {
    this.#patience = patience;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    socket.on('data', (chunk: Buffer) => this.#push(chunk));
    socket.on('end', () => this.#end('fin'));
    socket.on('error', () => this.#end('reset'));
    socket.on('close', () => this.#end('fin'));
  }

  /** Every byte since the connection began, read or not. */
  get received(): Buffer {
    return Buffer.concat(this.#recorded);
  }

  /** How the peer ended, if it has. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Takes what has arrived and nobody has read. */
  unread(): Buffer {
    const all = this.#joined();
    this.#hold(Buffer.alloc(0));
    return all;
  }

  /** The next head, or undefined when the peer ended before its first byte. */
  async head(): Promise<RawHead | undefined> {
    while (this.#length === 0 && this.#ending === undefined) await this.#more('a head');
    if (this.#length === 0) return undefined;
    const text = (await this.until('\r\n\r\n')).toString('latin1').slice(0, -4);
    const [start = '', ...lines] = text.split('\r\n');
    return { start, lines, fields: lines.map(fieldOf) };
  }

  /** Exactly `length` bytes. */
  async take(length: number): Promise<Buffer> {
    while (this.#length < length) await this.#more(`${length} bytes`);
    const all = this.#joined();
    this.#hold(all.subarray(length));
    return all.subarray(0, length);
  }

  /** Everything up to and with the delimiter. */
  async until(delimiter: string): Promise<Buffer> {
    for (;;) {
      const all = this.#joined();
      const at = all.indexOf(delimiter, 0, 'latin1');
      if (at >= 0) {
        this.#hold(all.subarray(at + delimiter.length));
        return all.subarray(0, at + delimiter.length);
      }
      this.#hold(all);
      await this.#more(JSON.stringify(delimiter));
    }
  }

  /** Everything up to the FIN; a reset rejects. */
  async rest(): Promise<Buffer> {
    while (this.#ending === undefined) await this.#more('the end');
    if (this.#ending === 'reset') throw new EndedEarly('a clean end', 'reset', this.#joined());
    return this.take(this.#length);
  }

  /** One chunk of a chunked body; empty for the last one, whose trailers are left unread. */
  async chunk(): Promise<Buffer> {
    const size = Number.parseInt((await this.until('\r\n')).toString('latin1'), 16);
    if (size === 0) return Buffer.alloc(0);
    const data = await this.take(size);
    await this.take(2);
    return data;
  }

  async chunked(): Promise<RawBody> {
    const chunks: Buffer[] = [];
    for (let chunk = await this.chunk(); chunk.length > 0; chunk = await this.chunk()) chunks.push(chunk);
    const trailers: string[] = [];
    for (;;) {
      const line = (await this.until('\r\n')).toString('latin1').slice(0, -2);
      if (line === '') return { content: Buffer.concat(chunks), trailers, chunks };
      trailers.push(line);
    }
  }

  #push(chunk: Buffer): void {
    this.#recorded.push(chunk);
    this.#held.push(chunk);
    this.#length += chunk.length;
    this.#wake();
  }

  #end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#resolveEnded(ending);
    this.#wake();
  }

  #joined(): Buffer {
    const [first, second] = this.#held;
    return first !== undefined && second === undefined ? first : Buffer.concat(this.#held);
  }

  #hold(rest: Buffer): void {
    this.#held = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
  }

  async #more(wanted: string): Promise<void> {
    if (this.#ending !== undefined) throw new EndedEarly(wanted, this.#ending, this.#joined());
    const arrived = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    await (this.#patience > 0 ? within(this.#patience, wanted, arrived) : arrived);
  }
}

function fieldOf(line: string): Field {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
}

/** Fails with a sentence instead of hanging when `promise` does not settle in time. */
export async function within<T>(patience: number, wanted: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${patience} ms for ${wanted}`)), patience);
  });
  try {
    return await Promise.race([promise, expired]);
  } finally {
    clearTimeout(timer);
  }
}
