import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../cluster/clock.ts';
import type { CertificateSource } from '../inventory/certificate-sources.ts';
import type { TlsCertificates } from '../inventory/tls-certificates.ts';
import type { CertificateState } from '../telemetry/certificate-metrics.ts';
import type { Logger } from '../telemetry/logger.ts';
import { readCertificateFiles } from './certificate-files.ts';
import { readAuthorities } from './certificate-places.ts';
import { ChainTrust } from './chain-trust.ts';
import { followFolder } from './follow-folder.ts';

export interface CertificateKeeperOptions {
  readonly certificates: TlsCertificates;
  /** Folder of pairs (TLS_CERTIFICATES); '' = none. */
  readonly folder: string;
  /** Reads the authorities again and returns a `ChainTrust` with them. */
  readonly trust: () => ChainTrust;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when the certificates of hosts may have changed. */
  readonly changed: () => void;
}

/** Milliseconds after which all chains are judged again: authorities expire, and their file may have changed. */
const JUDGE_INTERVAL = 12 * 3_600_000;
/** Maximum milliseconds of one wait: setTimeout accepts at most 24 days, and the wall clock may be set meanwhile. */
const MAX_WAIT = 3_600_000;

/** Reads podway's own folder of certificates, judges chains, and notices when certificates become valid or expire. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #pending = new Set<string>();
  #judging: Promise<void> = Promise.resolve();
  #trust: ChainTrust;
  #trustSince: number;
  #cancelTurn: () => void = () => undefined;
  #isStopped = false;
  #isRead: boolean;
  /** The last content of the folder. */
  #sources: readonly CertificateSource[] = [];
  #lastProblem = '';

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#isRead = options.folder === '';
    this.#trust = options.trust();
    this.#trustSince = options.clock.now();
  }

  /** @param certificates undefined: podway serves no TLS */
  static of(
    certificates: TlsCertificates | undefined,
    config: { readonly tlsCertificates: string; readonly tlsTenantCaFile: string },
    options: Pick<CertificateKeeperOptions, 'clock' | 'logger' | 'changed'>,
  ): CertificateKeeper | undefined {
    const { tlsCertificates: folder, tlsTenantCaFile } = config;
    const trust = () => new ChainTrust(readAuthorities(tlsTenantCaFile));
    return certificates && new CertificateKeeper({ ...options, certificates, folder, trust });
  }

  /** The folder has been read once. */
  get ready(): boolean {
    return this.#isRead;
  }

  /** For the metrics. */
  figures(): CertificateState {
    const { certificates } = this.#options;
    return { served: certificates.size, ends: certificates.ends() };
  }

  /** Call it after the inventory has processed changes: there may be chains to judge, and a new time at which a certificate expires. */
  settled(): void {
    const { certificates, clock, changed, trust } = this.#options;
    if (clock.now() - this.#trustSince >= JUDGE_INTERVAL) {
      this.#trust = trust();
      this.#trustSince = clock.now();
      certificates.repeatQuestions();
    }
    for (const question of certificates.takeQuestions()) {
      if (this.#pending.has(question.id)) continue;
      this.#pending.add(question.id);
      this.#judging = this.#judging.then(() => this.#judge(question));
    }
    this.#cancelTurn();
    const left = certificates.nextTurn - Date.now();
    this.#cancelTurn = () => undefined;
    // A chain may be judged after the end: a new timer would keep the process alive.
    if (left === Infinity || this.#isStopped) return;
    const wait = Math.min(Math.max(left, 0) + 1, MAX_WAIT);
    this.#cancelTurn = clock.alarm(wait, () => changed());
  }

  /** Follows the folder until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => {
      this.#isStopped = true;
      this.#cancelTurn();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    const { folder, clock } = this.#options;
    if (folder !== '') await followFolder(folder, clock, () => this.#read(folder), signal);
  }

  async #read(folder: string): Promise<void> {
    const { certificates, changed } = this.#options;
    try {
      const { sources, further } = await readCertificateFiles(folder);
      if (!this.#isRead || !isDeepStrictEqual(sources, this.#sources)) {
        this.#sources = sources;
        certificates.files(sources);
        this.#isRead = true;
        changed();
      }
      this.#reportProblem(
        further > 0 ? `${further} further names in the folder of certificates are not read` : '',
      );
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      this.#reportProblem(`the folder of certificates cannot be read (${code}); what was read of it stays`);
    }
  }

  #reportProblem(problem: string): void {
    if (problem !== '' && problem !== this.#lastProblem) this.#options.logger.warn(problem);
    this.#lastProblem = problem;
  }

  async #judge({ id, chain, key }: { id: string; chain: string; key: string }): Promise<void> {
    const { certificates, changed } = this.#options;
    certificates.judged(id, await this.#trust.trusts({ chain, key }));
    this.#pending.delete(id);
    changed();
  }
}
