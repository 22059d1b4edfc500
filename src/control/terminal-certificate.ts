import type { Clock } from '../cluster/clock.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Certificate, readCertificate } from '../wiring/certificate.ts';
import { readCertificateFiles } from './certificate-files.ts';
import { followFolder } from './follow-folder.ts';

export interface TerminalCertificateOptions {
  readonly config: Pick<Config, 'tlsCertificates' | 'terminalCertificate'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /**
   * Makes new handshakes use these certificates, one for each kind of key.
   * @throws OpenSSL's error about a certificate that it cannot use
   */
  readonly use: (certificates: readonly Certificate[]) => void;
}

/**
 * Follows the certificate of TERMINAL_PORT in the folder TLS_CERTIFICATES. While the folder has no usable certificate, the last one
 * stays in use. Before the first one, no handshake succeeds.
 */
export class TerminalCertificate {
  readonly #options: TerminalCertificateOptions;
  #text = '';
  #lastProblem = '';

  constructor(options: TerminalCertificateOptions) {
    this.#options = options;
  }

  /** Follows the folder, also through a mounted Secret, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { config, clock } = this.#options;
    await followFolder(config.tlsCertificates, clock, () => this.#read(), signal);
  }

  async #read(): Promise<void> {
    const { logger, use } = this.#options;
    const found = await this.#find();
    if ('problem' in found) return this.#reportProblem(found.problem);
    const text = found.certificates.map(({ chain, key }) => chain + key).join('');
    if (text === this.#text) return;
    try {
      use(found.certificates);
    } catch {
      return this.#reportProblem('OpenSSL cannot use it');
    }
    this.#text = text;
    this.#lastProblem = '';
    logger.info('TERMINAL_PORT: new handshakes use the certificate that its folder has now');
  }

  #reportProblem(cause: string): void {
    const { terminalCertificate: name, tlsCertificates: folder } = this.#options.config;
    const problem = `TERMINAL_CERTIFICATE=${JSON.stringify(name)}: expected a certificate and its key in ${folder} (${cause})`;
    if (problem !== this.#lastProblem) this.#options.logger.warn(problem);
    this.#lastProblem = problem;
  }

  async #find(): Promise<{ certificates: readonly Certificate[] } | { problem: string }> {
    const { tlsCertificates, terminalCertificate } = this.#options.config;
    try {
      const { sources } = await readCertificateFiles(tlsCertificates);
      const source = sources.find(({ name }) => name === terminalCertificate);
      const read = (source?.pairs ?? []).flatMap((pair) => readCertificate(pair) ?? []);
      const certificates = read.filter((it): it is Certificate => !('problem' in it));
      if (certificates.length > 0) return { certificates };
      return read.find((it) => 'problem' in it) ?? { problem: 'there is none' };
    } catch (error) {
      return { problem: (error as NodeJS.ErrnoException).code ?? 'unknown error' };
    }
  }
}
