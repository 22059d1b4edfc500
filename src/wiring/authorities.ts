import { X509Certificate } from 'node:crypto';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The PEM certificates of a text; undefined when there is none, or one is malformed. */
export function authoritiesIn(text: string): readonly string[] | undefined {
  const found = text.match(CERTIFICATE) ?? [];
  return found.length > 0 && found.every(isCertificate) ? found : undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
