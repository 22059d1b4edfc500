import { createHash, timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Minimum and maximum number of characters of a token. */
const MIN_LENGTH = 16;
const MAX_LENGTH = 4_096;

/** The result of the check of a token. `unreadable`: podway admits no request, because it cannot read the token's file. */
export type TokenVerdict = 'admitted' | 'refused' | 'unreadable';

/** The token of the operator listener, in a file that may change, such as a mounted Secret. */
export class OperatorToken {
  readonly #file: string;
  #reading: Promise<string | undefined> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** @param lines the lines of the `Authorization` header */
  async admit(lines: readonly string[] = []): Promise<TokenVerdict> {
    const expected = await this.#read();
    if (expected === undefined) return 'unreadable';
    const [, given] = lines.length === 1 ? (/^Bearer +([\x21-\x7e]+)$/i.exec(lines[0] ?? '') ?? []) : [];
    return given !== undefined && timingSafeEqual(digest(given), digest(expected)) ? 'admitted' : 'refused';
  }

  /** One line about a problem with the file, without its content; undefined: the token is readable. */
  async problem(): Promise<string | undefined> {
    if ((await this.#read()) !== undefined) return undefined;
    return `OPERATOR_TOKEN_FILE: expected a readable file with one line of ${MIN_LENGTH} to ${MAX_LENGTH} printable characters`;
  }

  /** Reads the file at most once at a time, so a hanging disk blocks only one thread of the pool. */
  #read(): Promise<string | undefined> {
    this.#reading ??= readToken(this.#file).finally(() => (this.#reading = undefined));
    return this.#reading;
  }
}

async function readToken(path: string): Promise<string | undefined> {
  try {
    // Without O_NONBLOCK, opening a FIFO would wait for a writer.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return undefined;
    // Room for the longest token, its line end, and one more character, which shows that the token is too long.
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_LENGTH + 3), 0, MAX_LENGTH + 3);
    const text = buffer.toString('latin1', 0, bytesRead).replace(/\r?\n$/, '');
    return /^[\x21-\x7e]+$/.test(text) && text.length >= MIN_LENGTH && text.length <= MAX_LENGTH
      ? text
      : undefined;
  } catch {
    return undefined;
  }
}

/** Digests of equal length for texts of any length, as `timingSafeEqual` requires. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
