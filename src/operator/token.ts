import { createHash, timingSafeEqual } from 'node:crypto';
import { open } from 'node:fs/promises';

/** Bytes of the file that are read. */
const LONGEST = 4_096;
const SHORTEST = 16;

/** What becomes of who asks. `unreadable`: nobody may, since it is not known who may. */
export type Admission = 'admitted' | 'refused' | 'unreadable';

/** The token of the operator listener, in a file that may change: a mounted Secret. */
export class OperatorToken {
  readonly #file: string;

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
    return `OPERATOR_TOKEN_FILE: expected a readable file with one line of ${SHORTEST} printable characters at least`;
  }

  async #read(): Promise<string | undefined> {
    try {
      await using file = await open(this.#file);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(LONGEST), 0, LONGEST);
      const text = buffer.toString('latin1', 0, bytesRead).trim();
      return /^[\x21-\x7e]+$/.test(text) && text.length >= SHORTEST ? text : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Of equal length, whatever the lengths are. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
