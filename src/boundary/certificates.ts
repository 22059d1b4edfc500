import type { Certificate } from '../wiring/certificate.ts';

/** A certificate as the main thread sends it to the workers. */
export type CertificateRecord = Omit<Certificate, 'keyKind'>;

/** The certificates of a host: one for each kind of key (ECDSA, RSA), the preferred one first. */
export interface HostCertificatesRecord {
  /** A canonical host, `*.example.com` for hosts with one more label, or ANY_HOST. */
  readonly host: string;
  /**
   * Ids. If there are none, the host has no certificate of its own and gets those of ANY_HOST; a wildcard that matches
   * the host does not apply.
   */
  readonly certificates: readonly string[];
}

/** Stands for hosts that podway does not know, and for clients that name no host. */
export const ANY_HOST = '*';

/** The part of a delta that is about certificates. */
export interface CertificateDelta {
  /** New certificates; a certificate never changes. */
  readonly certificates: readonly CertificateRecord[];
  /** Ids of certificates that no host uses any more. */
  readonly certificatesGone: readonly string[];
  /** Hosts whose certificates are new or have changed. */
  readonly hostCertificates: readonly HostCertificatesRecord[];
  /** Hosts that no longer have an entry. */
  readonly hostCertificatesGone: readonly string[];
}

/** Empty lists, for a delta that changes no certificate. */
export const NO_CERTIFICATES: CertificateDelta = {
  certificates: [],
  certificatesGone: [],
  hostCertificates: [],
  hostCertificatesGone: [],
};
