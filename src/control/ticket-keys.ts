import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds for which a key is in use. All replicas change their key at the same time, without communication. */
const EPOCH_LENGTH = 12 * 3_600_000;
/** Milliseconds between two checks for a new secret in the file and for the next epoch. */
const CHECK_INTERVAL = 60_000;
/** Length of the key that Node expects: a name, a key for signatures and a key for encryption. */
const KEY_BYTES = 48;
/** Minimum length of the file in bytes. */
const MIN_SECRET_BYTES = 32;
/** Maximum length of the file in bytes; a longer file is probably not a secret. */
const MAX_SECRET_BYTES = 65_536;

export interface TicketKeysOptions {
  /** TLS_TICKET_SECRET_FILE; '' = none: other replicas cannot read our tickets. */
  readonly file: string;
  readonly logger: Logger;
  /** Called with the new key for all workers. */
  readonly changed: (key: Uint8Array) => void;
}

/**
 * The key of TLS session tickets. All workers have the same key, so a client can resume its session at any worker. With a key, an
 * attacker can read recorded TLS 1.2 sessions of its epoch, so podway stores no key: without a file, each key is random and lost
 * after its epoch.
 */
export class TicketKeys {
  readonly #options: TicketKeysOptions;
  #secret: Buffer | undefined;
  #epoch = -1;
  #isReadable = true;

  constructor(options: TicketKeysOptions) {
    this.#options = options;
  }

  /** Sets the first key and changes it with each epoch. Returns one line about a problem with the file; undefined: no problem. */
  async start(): Promise<string | undefined> {
    const { file } = this.#options;
    if (file !== '') {
      const secret = await readSecret(file);
      if (typeof secret === 'string') return secret;
      this.#secret = secret;
    }
    this.#change(epochOf(Date.now()));
    setInterval(() => void this.#look(), CHECK_INTERVAL).unref();
    return undefined;
  }

  async #look(): Promise<void> {
    const isNew = await this.#readAgain();
    const epoch = epochOf(Date.now());
    if (isNew || epoch !== this.#epoch) this.#change(epoch);
  }

  /** True: the file has a new secret. While podway cannot read the file, the last secret stays in use. */
  async #readAgain(): Promise<boolean> {
    const { file, logger } = this.#options;
    if (file === '') return false;
    const secret = await readSecret(file);
    if (typeof secret === 'string') {
      if (this.#isReadable) logger.warn(`${secret}; the secret that was read before stays in use`);
      this.#isReadable = false;
      return false;
    }
    this.#isReadable = true;
    if (this.#secret?.equals(secret) === true) return false;
    this.#secret = secret;
    return true;
  }

  #change(epoch: number): void {
    this.#epoch = epoch;
    const secret = this.#secret;
    this.#options.changed(secret === undefined ? randomBytes(KEY_BYTES) : ticketKey(secret, epoch));
  }
}

/** The key of an epoch. It is equal in all replicas with the same secret, and does not reveal the key of another epoch. */
export function ticketKey(secret: Uint8Array, epoch: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `podway TLS tickets ${epoch}`, KEY_BYTES));
}

/** The number of an epoch. @param now milliseconds since 1970 */
export function epochOf(now: number): number {
  return Math.floor(now / EPOCH_LENGTH);
}

async function readSecret(file: string): Promise<Buffer | string> {
  const of = `TLS_TICKET_SECRET_FILE=${JSON.stringify(file)}`;
  try {
    const secret = await readFile(file);
    if (secret.length >= MIN_SECRET_BYTES && secret.length <= MAX_SECRET_BYTES) return secret;
    return `${of}: expected a file of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} random bytes, found ${secret.length}`;
  } catch (error) {
    return `${of}: expected a file that can be read (${(error as NodeJS.ErrnoException).code})`;
  }
}
