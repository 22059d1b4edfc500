import { ANY_HOST, type CertificateDelta, type CertificateRecord } from '../boundary/certificates.ts';
import { nameCovers, wildcardAround } from '../wiring/certificate-names.ts';

/**
 * The certificates for the host that a client requests. It stays the same object as long as the certificates are the
 * same.
 */
export class ServedCertificates {
  /** The ids of all certificates: equal if and only if the certificates are the same, in the same order. */
  readonly id: string;
  /** One for each kind of key; at least one. */
  readonly certificates: readonly CertificateRecord[];

  constructor(id: string, certificates: readonly CertificateRecord[]) {
    this.id = id;
    this.certificates = certificates;
  }

  /** True when each of these certificates covers this canonical host, so it does not matter which one was presented. */
  covers(host: string): boolean {
    return this.certificates.every(({ names }) => names.some((name) => nameCovers(name, host)));
  }
}

/** The certificates of a host, and the number of hosts with the same ones. */
interface Shared {
  readonly served: ServedCertificates;
  hosts: number;
}

/** Which certificates a worker serves for which host. A change is staged and takes effect as a whole. */
export class Certificates {
  readonly #records = new Map<string, CertificateRecord>();
  /** By host; undefined: the host has no certificates. */
  readonly #hosts = new Map<string, Shared | undefined>();
  readonly #shared = new Map<string, Shared>();
  #staged: CertificateDelta[] = [];

  /**
   * The certificates for a canonical host (see `requestHost`), or for a client that names no host: those of the host,
   * else those of the wildcard around its first label, else those for any host. Undefined: there are none, and podway
   * refuses the handshake.
   */
  lookup(host: string | undefined): ServedCertificates | undefined {
    if (host !== undefined) {
      const exact = this.#hosts.get(host);
      if (exact !== undefined) return exact.served;
      if (!this.#hosts.has(host)) {
        const wildcard = wildcardAround(host);
        const around = wildcard === undefined ? undefined : this.#hosts.get(wildcard);
        if (around !== undefined) return around.served;
      }
    }
    return this.#hosts.get(ANY_HOST)?.served;
  }

  /** Number of certificates. */
  get size(): number {
    return this.#records.size;
  }

  /** Stages a change, which takes effect with `commit`. */
  stage(delta: CertificateDelta): void {
    const { certificates, certificatesGone, hostCertificates, hostCertificatesGone } = delta;
    const lists = [certificates, certificatesGone, hostCertificates, hostCertificatesGone];
    if (lists.some(({ length }) => length > 0)) this.#staged.push(delta);
  }

  /** @param reset what is staged replaces everything */
  commit(reset: boolean): void {
    if (reset) this.#clear();
    for (const { certificates } of this.#staged) for (const it of certificates) this.#records.set(it.id, it);
    for (const { hostCertificates, hostCertificatesGone } of this.#staged) {
      for (const { host, certificates } of hostCertificates) this.#set(host, certificates);
      for (const host of hostCertificatesGone) {
        this.#release(host);
        this.#hosts.delete(host);
      }
    }
    for (const { certificatesGone } of this.#staged)
      for (const id of certificatesGone) this.#records.delete(id);
    this.#staged = [];
  }

  #set(host: string, ids: readonly string[]): void {
    const shared = this.#share(ids);
    this.#release(host);
    this.#hosts.set(host, shared);
  }

  #share(ids: readonly string[]): Shared | undefined {
    const certificates = ids.map((id) => this.#records.get(id)).filter((it) => it !== undefined);
    if (certificates.length === 0) return undefined;
    const id = certificates.map((it) => it.id).join('+');
    let shared = this.#shared.get(id);
    if (shared === undefined)
      this.#shared.set(id, (shared = { served: new ServedCertificates(id, certificates), hosts: 0 }));
    shared.hosts += 1;
    return shared;
  }

  #release(host: string): void {
    const shared = this.#hosts.get(host);
    if (shared === undefined) return;
    shared.hosts -= 1;
    if (shared.hosts === 0) this.#shared.delete(shared.served.id);
  }

  #clear(): void {
    this.#records.clear();
    this.#hosts.clear();
    this.#shared.clear();
  }
}
