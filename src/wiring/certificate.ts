import { createPrivateKey, hash, type KeyObject, X509Certificate } from 'node:crypto';
import { certificateNames } from './certificate-names.ts';
import { pemBlocks } from './pem.ts';
import type { RejectionReason } from './rejection.ts';
import { MOST_TEXT, type PairText } from './tls-secret.ts';

/**
 * One certificate with its key, as a TLS server presents it. The key is a secret: it crosses to the workers, and is in no
 * log, metric, page or error.
 */
export interface Certificate {
  /** SHA-256 (hex) of the chain: names it everywhere, and reveals nothing of the key. */
  readonly id: string;
  /** PEM, the leaf first, then its issuers. */
  readonly chain: string;
  /** PEM, not encrypted; the key of the leaf. */
  readonly key: string;
  /** What the leaf is for: canonical hosts, and wildcards such as `*.example.com`. */
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** `ec`, `rsa` or `ed25519`: a server may have one of each kind. */
  readonly keyKind: string;
}

export interface CertificateProblem {
  readonly problem: RejectionReason;
}

const MOST_CERTIFICATES = 10;
/** Let's Encrypt has 100 at most. */
const MOST_NAMES = 250;

/**
 * Reads a chain and its key. A chain that does not begin with the certificate of the key is put in order: that
 * certificate, then its issuer, and so on. Undefined: there is no certificate, as while one is being issued.
 */
export function readCertificate(pair: PairText): Certificate | CertificateProblem | undefined {
  const { chain, key } = pair;
  if (chain?.trim() === '') return undefined;
  if (chain === undefined || key === undefined || key.trim() === '')
    return { problem: 'tls-pair-incomplete' };
  if (chain.length > MOST_TEXT || key.length > MOST_TEXT) return { problem: 'tls-too-long' };
  const certificates = readChain(chain);
  if ('problem' in certificates) return certificates;
  const privateKey = readKey(key);
  if ('problem' in privateKey) return privateKey;
  const ordered = inOrder(certificates, privateKey.object);
  if ('problem' in ordered) return ordered;
  return judge(ordered, privateKey);
}

/** A certificate of a chain, and its text. */
interface Link {
  readonly x509: X509Certificate;
  readonly text: string;
}

interface PrivateKey {
  readonly object: KeyObject;
  readonly text: string;
}

function readChain(text: string): readonly Link[] | CertificateProblem {
  const blocks = pemBlocks(text).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length === 0) return { problem: 'tls-not-pem' };
  if (blocks.length > MOST_CERTIFICATES) return { problem: 'tls-too-long' };
  const links: Link[] = [];
  for (const block of blocks) {
    const x509 = attempt(() => new X509Certificate(block.text));
    if (x509 === undefined) return { problem: 'tls-certificate-malformed' };
    links.push({ x509, text: block.text });
  }
  return links;
}

function readKey(text: string): PrivateKey | CertificateProblem {
  const block = pemBlocks(text).find(({ label }) => label.endsWith('PRIVATE KEY'));
  // What follows `Proc-Type` has a dash in it, so an encrypted key of OpenSSL's old format may be no block at all.
  if (block?.label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/m.test(text))
    return { problem: 'tls-key-encrypted' };
  if (block === undefined) return { problem: 'tls-not-pem' };
  const object = attempt(() => createPrivateKey(block.text));
  if (object === undefined) return { problem: 'tls-key-malformed' };
  return isSupported(object) ? { object, text: block.text } : { problem: 'tls-key-unsupported' };
}

const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** What clients accept; and a signature of a longer RSA key takes a worker tens of milliseconds, at every handshake. */
function isSupported({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'rsa') return modulusLength >= 2_048 && modulusLength <= 4_096;
  return asymmetricKeyType === 'ed25519' || (asymmetricKeyType === 'ec' && CURVES.has(namedCurve));
}

function inOrder(links: readonly Link[], key: KeyObject): readonly Link[] | CertificateProblem {
  const leaf = links.find(({ x509 }) => x509.checkPrivateKey(key));
  if (leaf === undefined) {
    return { problem: links.every(({ x509 }) => x509.ca) ? 'tls-leaf-missing' : 'tls-key-mismatch' };
  }
  if (leaf === links[0]) return links;
  const ordered = [leaf];
  const left = new Set(links.filter((it) => it !== leaf));
  for (let last: Link | undefined = leaf; last !== undefined; ) {
    const { x509 }: Link = last;
    last = [...left].find((it) => x509.checkIssued(it.x509));
    if (last === undefined) break;
    left.delete(last);
    ordered.push(last);
  }
  return ordered;
}

function judge(links: readonly Link[], key: PrivateKey): Certificate | CertificateProblem {
  const [leaf] = links;
  if (leaf === undefined) return { problem: 'tls-leaf-missing' };
  const names = certificateNames(leaf.x509.subjectAltName);
  if (names.length > MOST_NAMES) return { problem: 'tls-too-many-names' };
  const notBefore = Date.parse(leaf.x509.validFrom);
  const notAfter = Date.parse(leaf.x509.validTo);
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return { problem: 'tls-certificate-malformed' };
  const chain = links.map(({ text }) => text).join('');
  const keyKind = key.object.asymmetricKeyType ?? '';
  return { id: hash('sha256', chain, 'hex'), chain, key: key.text, names, notBefore, notAfter, keyKind };
}

/** Undefined for what OpenSSL refuses. Its message is dropped: it says less than the reason that takes its place. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
