import { ANY_HOST } from '../boundary/certificates.ts';
import type { Certificate } from '../wiring/certificate.ts';
import { compareText } from '../wiring/order.ts';

/** The namespace of the files in podway's own folder. No namespace of a cluster has this name. */
export const OPERATOR_NAMESPACE = '';
/** The file or sub-folder whose certificates serve hosts that have no other certificate. */
const DEFAULT_SOURCE = 'default';

/** A certificate and its source. */
export interface HeldCertificate {
  readonly certificate: Certificate;
  /** The namespace of its Secret, or OPERATOR_NAMESPACE. */
  readonly namespace: string;
  /** The name of its Secret or file. */
  readonly source: string;
  /** The name of its pair within the source: `tls` for `tls.crt`. */
  readonly pair: string;
  /** When the Secret was created, in milliseconds since 1970; Infinity when that is not known, and for files. */
  readonly created: number;
}

/** The names by which it is found: those of the certificate, and ANY_HOST for the operator's default. */
export function namesOf({ certificate, namespace, source }: HeldCertificate): readonly string[] {
  return namespace === OPERATOR_NAMESPACE && source === DEFAULT_SOURCE
    ? [...certificate.names, ANY_HOST]
    : certificate.names;
}

export function isValid({ certificate }: HeldCertificate, now: number): boolean {
  return certificate.notBefore <= now && now < certificate.notAfter;
}

/**
 * Chooses the certificates for a host from candidates that all cover it. A valid certificate comes before one that is
 * not valid, then that of the older Secret, then that of the namespace whose name sorts first. Within one namespace, a
 * certificate that names the host itself comes before a wildcard.
 *
 * The result is the winner, followed by certificates of the same namespace with other kinds of keys. It is empty when
 * there are no candidates. Between namespaces an exact name does not count: otherwise any namespace with one path on a
 * host could replace the wildcard that serves the host.
 *
 * @param now milliseconds since 1970
 */
export function choose(
  host: string,
  candidates: readonly HeldCertificate[],
  now: number,
): readonly HeldCertificate[] {
  const isBetter = (a: HeldCertificate, b: HeldCertificate | undefined): boolean =>
    b === undefined || compareWithin(host, now, a, b) < 0;
  /** By namespace, then by kind of key. */
  const best = new Map<string, Map<string, HeldCertificate>>();
  for (const held of candidates) {
    let kinds = best.get(held.namespace);
    if (kinds === undefined) best.set(held.namespace, (kinds = new Map()));
    if (isBetter(held, kinds.get(held.certificate.keyKind))) kinds.set(held.certificate.keyKind, held);
  }
  let winner: readonly HeldCertificate[] = [];
  for (const kinds of best.values()) {
    const [first, ...others] = [...kinds.values()].sort((a, b) => compareWithin(host, now, a, b));
    if (first === undefined) continue;
    const [other] = winner;
    if (other !== undefined && compareAcross(now, other, first) < 0) continue;
    winner = [first, ...others.filter((it) => isValid(it, now) === isValid(first, now))];
  }
  return winner;
}

/** Compares certificates of one namespace. */
function compareWithin(host: string, now: number, a: HeldCertificate, b: HeldCertificate): number {
  const isExact = ({ certificate }: HeldCertificate) => Number(certificate.names.includes(host));
  return (
    Number(isValid(b, now)) - Number(isValid(a, now)) ||
    isExact(b) - isExact(a) ||
    compareAge(a, b) ||
    compareText(a.source, b.source) ||
    compareText(a.pair, b.pair)
  );
}

/** Compares certificates of two namespaces. */
function compareAcross(now: number, a: HeldCertificate, b: HeldCertificate): number {
  return (
    Number(isValid(b, now)) - Number(isValid(a, now)) ||
    compareAge(a, b) ||
    compareText(a.namespace, b.namespace)
  );
}

function compareAge(a: HeldCertificate, b: HeldCertificate): number {
  if (a.created === b.created) return 0;
  return a.created < b.created ? -1 : 1;
}
