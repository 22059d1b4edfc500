import type {
  CertificateDelta,
  CertificateRecord,
  HostCertificatesRecord,
} from '../boundary/certificates.ts';
import { wildcardAround } from '../wiring/certificate-names.ts';
import type { HeldCertificate } from './held-certificate.ts';

/** What the workers have for a host. */
interface Published {
  readonly record: HostCertificatesRecord;
  readonly certificates: readonly HeldCertificate[];
}

/** The certificates that the workers have, and the hosts for which this may be out of date. */
export class PublishedCertificates {
  readonly #decisionOf: (host: string) => readonly HeldCertificate[] | undefined;
  readonly #hosts = new Map<string, Published>();
  /** By id: the record, and the number of hosts that use it. */
  readonly #uses = new Map<string, { readonly record: CertificateRecord; hosts: number }>();
  readonly #changed = new Set<string>();

  /** @param decisionOf the certificates that a host is to be served with; undefined: there is no decision for it */
  constructor(decisionOf: (host: string) => readonly HeldCertificate[] | undefined) {
    this.#decisionOf = decisionOf;
  }

  /** The decision for the host may have changed. */
  changed(host: string): void {
    this.#changed.add(host);
  }

  /** Number of certificates that the workers have. */
  get size(): number {
    return this.#uses.size;
  }

  /** The differences from what the workers have. Yields after a bounded number of hosts. */
  *take(): Generator<void, CertificateDelta> {
    const hostCertificates: HostCertificatesRecord[] = [];
    const hostCertificatesGone: string[] = [];
    const before = new Map<string, boolean>();
    const use = (certificates: readonly HeldCertificate[], change: 1 | -1): void => {
      for (const { certificate } of certificates) {
        if (!before.has(certificate.id)) before.set(certificate.id, this.#uses.has(certificate.id));
        this.#use(certificate, change);
      }
    };
    let count = 0;
    for (const host of this.#changed) {
      const known = this.#hosts.get(host);
      const current = this.#current(host);
      if (++count % YIELD_EVERY === 0) yield;
      if (sameIds(known?.record, current?.record)) continue;
      use(current?.certificates ?? [], 1);
      use(known?.certificates ?? [], -1);
      if (current === undefined) {
        this.#hosts.delete(host);
        hostCertificatesGone.push(host);
      } else {
        this.#hosts.set(host, current);
        hostCertificates.push(current.record);
      }
    }
    this.#changed.clear();
    const ids = [...before];
    const certificates = ids.flatMap(([id, known]) => (known ? [] : (this.#uses.get(id)?.record ?? [])));
    const certificatesGone = ids.filter(([id, known]) => known && !this.#uses.has(id)).map(([id]) => id);
    return { certificates, certificatesGone, hostCertificates, hostCertificatesGone };
  }

  /** Everything that the workers have, for a new worker. */
  whole(): CertificateDelta {
    return {
      certificates: Array.from(this.#uses.values(), ({ record }) => record),
      certificatesGone: [],
      hostCertificates: Array.from(this.#hosts.values(), ({ record }) => record),
      hostCertificatesGone: [],
    };
  }

  /**
   * What the workers need for a host. It is undefined where the wildcard around the host has the same certificates,
   * since the workers then use those. It is an empty list where the host has no certificates but the wildcard has.
   */
  #current(host: string): Published | undefined {
    const certificates = this.#decisionOf(host);
    if (certificates === undefined) return undefined;
    const wildcard = wildcardAround(host);
    const around = (wildcard === undefined ? undefined : this.#decisionOf(wildcard)) ?? [];
    const ids = idsOf(certificates);
    if (ids.join() === idsOf(around).join()) return undefined;
    return { record: { host, certificates: ids }, certificates };
  }

  #use({ id, chain, key, names, notBefore, notAfter }: HeldCertificate['certificate'], change: 1 | -1): void {
    let use = this.#uses.get(id);
    if (use === undefined) {
      this.#uses.set(id, (use = { record: { id, chain, key, names, notBefore, notAfter }, hosts: 0 }));
    }
    use.hosts += change;
    if (use.hosts === 0) this.#uses.delete(id);
  }
}

/** Hosts processed between two yields. */
const YIELD_EVERY = 100;

function idsOf(certificates: readonly HeldCertificate[]): string[] {
  return certificates.map(({ certificate }) => certificate.id);
}

function sameIds(a: HostCertificatesRecord | undefined, b: HostCertificatesRecord | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.certificates.join() === b.certificates.join();
}
