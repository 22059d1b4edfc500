import { ANY_HOST } from '../boundary/certificates.ts';
import type { Certificate } from '../wiring/certificate.ts';
import { compareText } from '../wiring/order.ts';

/** The namespace of the files of podway's own folder: no namespace of a cluster has this name. */
export const OPERATOR = '';
/** The file, or sub-folder, whose certificates are for hosts that have no other certificate. */
const DEFAULT = 'default';

/** A certificate, and where it is from. */
export interface HeldCertificate {
  readonly certificate: Certificate;
  /** Of its Secret, or OPERATOR. */
  readonly namespace: string;
  /** The name of its Secret or file. */
  readonly source: string;
  /** Which one of that: `tls` of `tls.crt`. */
  readonly pair: string;
  /** When the Secret was made; milliseconds since 1970. */
  readonly created: number;
}

/** The names by which it is found: for the operator's default ANY_HOST, too. */
export function namesOf({ certificate, namespace, source }: HeldCertificate): readonly string[] {
  return namespace === OPERATOR && source === DEFAULT ? [...certificate.names, ANY_HOST] : certificate.names;
}

export function isValid({ certificate }: HeldCertificate, now: number): boolean {
  return certificate.notBefore <= now && now < certificate.notAfter;
}

/**
 * What a host is served with, of certificates that all are for it: a valid one before one that is not, then the one of the older
 * Secret, then of the first namespace; within one namespace a certificate that names the host itself comes before a
 * wildcard. With the winner come certificates of the same namespace with other kinds of keys. Empty: there is none.
 *
 * Were the exact one best of all, any namespace with one path on a host could replace the wildcard that serves it.
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

/** Of one namespace. */
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

/** Of two namespaces. */
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
