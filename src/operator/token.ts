import { createHash, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Characters of a token. */
const SHORTEST = 16;
const LONGEST = 4_096;

/** What becomes of who asks. `unreadable`: no request is admitted, since the token is unknown. */
export type Admission = 'admitted' | 'refused' | 'unreadable';

/** The token of the operator listener, in a file that may change: a mounted Secret. */
export class OperatorToken {
  readonly #file: string;
  #reading: Promise<string | undefined> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** @param lines of Authorization */
  async admit(lines: readonly string[] = []): Promise<Admission> {
    const expected = await this.#read();
    if (expected === undefined) return 'unreadable';
    const [, given] = lines.length === 1 ? (/^Bearer +([\x21-\x7e]+)$/i.exec(lines[0] ?? '') ?? []) : [];
    return given !== undefined && timingSafeEqual(digest(given), digest(expected)) ? 'admitted' : 'refused';
  }

  /** Undefined when there is one, else one line that says why not, without any of it. */
  async problem(): Promise<string | undefined> {
    if ((await this.#read()) !== undefined) return undefined;
    return `OPERATOR_TOKEN_FILE: expected a readable file with one line of ${SHORTEST} to ${LONGEST} printable characters`;
  }

  /** One read at a time: a disk that hangs holds one thread, however many ask. */
  #read(): Promise<string | undefined> {
    this.#reading ??= readToken(this.#file).finally(() => (this.#reading = undefined));
    return this.#reading;
  }
}

async function readToken(path: string): Promise<string | undefined> {
  try {
    // Opening a FIFO would wait for who writes into it.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return undefined;
    // With its line feed, and one that would be too many.
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LONGEST + 3), 0, LONGEST + 3);
    const text = buffer.toString('latin1', 0, bytesRead).replace(/\r?\n$/, '');
    return /^[\x21-\x7e]+$/.test(text) && text.length >= SHORTEST && text.length <= LONGEST
      ? text
      : undefined;
  } catch {
    return undefined;
  }
}

/** Of equal length, for inputs of any length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
