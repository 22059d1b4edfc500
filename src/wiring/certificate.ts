import { createPrivateKey, hash, type KeyObject, X509Certificate } from 'node:crypto';
import { certificateNames } from './certificate-names.ts';
import { pemBlocks } from './pem.ts';
import type { RejectionReason } from './rejection.ts';
import { MAX_TEXT_LENGTH, type PairText } from './tls-secret.ts';

/**
 * A certificate chain and its private key for a TLS server. The key is a secret: podway sends it to the workers, and writes
 * it into no log, metric, page or error.
 */
export interface Certificate {
  /** SHA-256 of the chain, in hex. Logs and pages show it, because it does not depend on the key. */
  readonly id: string;
  /** PEM: the leaf, then its issuers. */
  readonly chain: string;
  /** The leaf's private key, as unencrypted PEM. */
  readonly key: string;
  /** Names of the leaf: canonical hosts, and wildcards such as `*.example.com`. */
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
  /** `ec`, `rsa` or `ed25519`. A host may have one certificate of each kind. */
  readonly keyKind: string;
}

export interface CertificateProblem {
  readonly problem: RejectionReason;
}

const MAX_CERTIFICATES = 10;
/** Let's Encrypt issues certificates with at most 100 names. */
const MAX_NAMES = 250;

/**
 * Reads a chain and its key. If the chain does not begin with the certificate of the key, this function sorts it: first
 * that certificate, then its issuer, and so on. Undefined: the chain is empty, as in a Secret whose certificate is still
 * being issued.
 */
export function readCertificate(pair: PairText): Certificate | CertificateProblem | undefined {
  const { chain, key } = pair;
  if (chain?.trim() === '') return undefined;
  if (chain === undefined || key === undefined || key.trim() === '')
    return { problem: 'tls-pair-incomplete' };
  if (chain.length > MAX_TEXT_LENGTH || key.length > MAX_TEXT_LENGTH) return { problem: 'tls-too-long' };
  const certificates = readChain(chain);
  if ('problem' in certificates) return certificates;
  const privateKey = readKey(key);
  if ('problem' in privateKey) return privateKey;
  const ordered = inOrder(certificates, privateKey.object);
  if ('problem' in ordered) return ordered;
  return judge(ordered, privateKey);
}

/** A certificate of a chain, with its PEM text. */
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
  if (blocks.length > MAX_CERTIFICATES) return { problem: 'tls-too-long' };
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
  // The headers of OpenSSL's old format for encrypted keys contain dashes, so `pemBlocks` does not find such a block.
  if (block?.label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type:.*ENCRYPTED/m.test(text))
    return { problem: 'tls-key-encrypted' };
  if (block === undefined) return { problem: 'tls-not-pem' };
  const object = attempt(() => createPrivateKey(block.text));
  if (object === undefined) return { problem: 'tls-key-malformed' };
  return isSupported(object) ? { object, text: block.text } : { problem: 'tls-key-unsupported' };
}

const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/**
 * Keys that clients accept. RSA keys above 4,096 bits are rejected, because a signature would take tens of milliseconds of a
 * worker's time in every handshake.
 */
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
  if (names.length > MAX_NAMES) return { problem: 'tls-too-many-names' };
  const notBefore = Date.parse(leaf.x509.validFrom);
  const notAfter = Date.parse(leaf.x509.validTo);
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return { problem: 'tls-certificate-malformed' };
  const chain = links.map(({ text }) => text).join('');
  const keyKind = key.object.asymmetricKeyType ?? '';
  return { id: hash('sha256', chain, 'hex'), chain, key: key.text, names, notBefore, notAfter, keyKind };
}

/** Undefined if OpenSSL refuses the input. Its message is dropped, because podway's own reason is more specific. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
