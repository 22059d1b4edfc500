import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../cluster/clock.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../telemetry/logger.ts';
import { authoritiesIn } from '../wiring/authorities.ts';
import { followFolder } from './follow-folder.ts';

export interface ClientCaFollower {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with the new authorities in PEM. */
  readonly changed: (pem: string) => void;
}

/** The authorities of clients' certificates: the content of CLIENT_CA_FILE when podway could last read it. */
export class ClientCa {
  /** Undefined: podway requests no certificates of clients. */
  readonly #file: string | undefined;
  #pem = '';
  #lastProblem = '';

  constructor({ clientCertificates, clientCaFile }: Pick<Config, 'clientCertificates' | 'clientCaFile'>) {
    this.#file = clientCertificates === 'off' ? undefined : clientCaFile;
  }

  /** The authorities in PEM; '' if podway requests no certificates of clients. */
  get pem(): string {
    return this.#pem;
  }

  /** Reads the file for the first time. Returns one line about a problem with it; undefined: no problem. */
  async start(): Promise<string | undefined> {
    if (this.#file === undefined) return undefined;
    const read = await readClientCa(this.#file);
    if ('problem' in read) return read.problem;
    this.#pem = read.pem;
    return undefined;
  }

  /** Follows the file, also through a mounted Secret, until `signal` aborts. */
  async run(follower: ClientCaFollower, signal: AbortSignal): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await followFolder(dirname(file), follower.clock, () => this.#look(file, follower), signal);
  }

  async #look(file: string, { logger, changed }: ClientCaFollower): Promise<void> {
    const read = await readClientCa(file);
    if ('problem' in read) {
      if (read.problem !== this.#lastProblem)
        logger.warn(`${read.problem}; the certificates that were read before stay in use`);
      this.#lastProblem = read.problem;
      return;
    }
    this.#lastProblem = '';
    if (read.pem === this.#pem) return;
    this.#pem = read.pem;
    logger.info('new handshakes are verified by the changed CLIENT_CA_FILE');
    changed(read.pem);
  }
}

async function readClientCa(file: string): Promise<{ readonly pem: string } | { readonly problem: string }> {
  const of = `CLIENT_CA_FILE=${JSON.stringify(file)}: expected`;
  try {
    const certificates = authoritiesIn(await readFile(file, 'latin1'), ({ ca }) => ca);
    return certificates === undefined
      ? { problem: `${of} certificates of authorities (CA:TRUE) in PEM` }
      : { pem: certificates.join('') };
  } catch (error) {
    return { problem: `${of} a file that can be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
