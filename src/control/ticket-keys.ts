import { hkdfSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds for which a key is in use. All replicas change it at the same instant, and need not talk for that. */
const EPOCH = 12 * 3_600_000;
/** A new secret in the file, and the next epoch, are noticed this soon. */
const LOOK_EVERY = 60_000;
/** Of the key that Node takes: its name, and one key each to sign and to encrypt. */
const KEY_BYTES = 48;
const LEAST_SECRET = 32;
/** Longer files are no secrets. */
const MOST_SECRET = 65_536;

export interface TicketKeysOptions {
  /** TLS_TICKET_SECRET_FILE; '' = none: other replicas cannot read our tickets. */
  readonly file: string;
  readonly logger: Logger;
  /** The key from now on, for every worker. */
  readonly changed: (key: Uint8Array) => void;
}

/**
 * The key of TLS session tickets: one for all workers, so that a client may come back to any. Who holds it can read the
 * TLS 1.2 sessions of its epoch that were recorded, so none is kept: without a file each is random, and lost with its epoch.
 */
export class TicketKeys {
  readonly #options: TicketKeysOptions;
  #secret: Buffer | undefined;
  #epoch = -1;
  #isReadable = true;

  constructor(options: TicketKeysOptions) {
    this.#options = options;
  }

  /** Undefined: it has a key, and changes it in time. Else one line that says what is wrong with the file. */
  async start(): Promise<string | undefined> {
    const { file } = this.#options;
    if (file !== '') {
      const secret = await readSecret(file);
      if (typeof secret === 'string') return secret;
      this.#secret = secret;
    }
    this.#change(epochOf(Date.now()));
    setInterval(() => void this.#look(), LOOK_EVERY).unref();
    return undefined;
  }

  async #look(): Promise<void> {
    const isNew = await this.#readAgain();
    const epoch = epochOf(Date.now());
    if (isNew || epoch !== this.#epoch) this.#change(epoch);
  }

  /** True: the file holds another secret. While it cannot be read the last one stays. */
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

/** The same for all who have the secret, and of no use to find the key of another epoch. */
export function ticketKey(secret: Uint8Array, epoch: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `podway TLS tickets ${epoch}`, KEY_BYTES));
}

/** Milliseconds since 1970. */
export function epochOf(now: number): number {
  return Math.floor(now / EPOCH);
}

async function readSecret(file: string): Promise<Buffer | string> {
  const of = `TLS_TICKET_SECRET_FILE=${JSON.stringify(file)}`;
  try {
    const secret = await readFile(file);
    if (secret.length >= LEAST_SECRET && secret.length <= MOST_SECRET) return secret;
    return `${of}: expected a file of ${LEAST_SECRET} to ${MOST_SECRET} random bytes, found ${secret.length}`;
  } catch (error) {
    return `${of}: expected a file that can be read (${(error as NodeJS.ErrnoException).code})`;
  }
}
