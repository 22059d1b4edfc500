import { X509Certificate } from 'node:crypto';
import { pemBlocks } from './pem.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';

/**
 * The certificates of a PEM text, each with its lines as RFC 7468 writes them. What is written around them is not looked at.
 *
 * @param isFit what each of them has to be besides
 * @returns undefined when there is none, or one is cut off, malformed or not fit
 */
export function authoritiesIn(
  text: string,
  isFit: (certificate: X509Certificate) => boolean = () => true,
): readonly string[] | undefined {
  const found = pemBlocks(text).flatMap((block) => (block.label === 'CERTIFICATE' ? [block.text] : []));
  const begun = text.split(BEGIN).length - 1;
  if (found.length === 0 || found.length < begun) return undefined;
  return found.every((pem) => isCertificate(pem, isFit)) ? found : undefined;
}

function isCertificate(pem: string, isFit: (certificate: X509Certificate) => boolean): boolean {
  try {
    return isFit(new X509Certificate(pem));
  } catch {
    return false;
  }
}
