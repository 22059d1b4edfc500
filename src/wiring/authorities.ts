import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The PEM certificates of a text.
 *
 * @param isFit what each of them has to be besides
 * @returns undefined when there is none, or one is malformed or not fit
 */
export function authoritiesIn(
  text: string,
  isFit: (certificate: X509Certificate) => boolean = () => true,
): readonly string[] | undefined {
  const found = text.match(CERTIFICATE) ?? [];
  return found.length > 0 && found.every((pem) => isCertificate(pem, isFit)) ? found : undefined;
}

function isCertificate(pem: string, isFit: (certificate: X509Certificate) => boolean): boolean {
  try {
    return isFit(new X509Certificate(pem));
  } catch {
    return false;
  }
}
