import type { Certificate } from '../wiring/certificate.ts';

/** A certificate as it crosses to the workers. */
export type CertificateRecord = Omit<Certificate, 'keyKind'>;

/** What a host is served with: one certificate for each kind of key (ECDSA, RSA), the first being the preferred. */
export interface HostCertificatesRecord {
  /** A canonical host, `*.example.com` for hosts with one more label, or ANY_HOST. */
  readonly host: string;
  /**
   * Ids. None: the host has no certificate of its own, and those of a wildcard around it are not for it either; it gets
   * those of ANY_HOST.
   */
  readonly certificates: readonly string[];
}

/** Names what clients get that ask for an unknown host, or for none. */
export const ANY_HOST = '*';

/** The part of a delta that is about certificates. */
export interface CertificateDelta {
  /** Certificates that are new; one never changes. */
  readonly certificates: readonly CertificateRecord[];
  /** Ids that no host names any more. */
  readonly certificatesGone: readonly string[];
  /** Hosts whose certificates are new or others. */
  readonly hostCertificates: readonly HostCertificatesRecord[];
  /** Hosts for which nothing is said any more. */
  readonly hostCertificatesGone: readonly string[];
}

/** The lists of a delta in which no certificate changes. */
export const NO_CERTIFICATES: CertificateDelta = {
  certificates: [],
  certificatesGone: [],
  hostCertificates: [],
  hostCertificatesGone: [],
};
