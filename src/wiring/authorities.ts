import { X509Certificate } from 'node:crypto';
import { pemBlocks } from './pem.ts';

const BEGIN = '-----BEGIN CERTIFICATE-----';

/**
 * The certificates of a PEM text, each formatted as in RFC 7468. Text around them is ignored.
 *
 * @param isFit a further condition for every certificate
 * @returns undefined if the text has no certificate, or one that is cut off, malformed or not fit
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
