import type { X509Certificate } from 'node:crypto';

/** Fields about the certificate of a client. Pods get them only from podway. */
export const CLIENT_CERTIFICATE_FIELDS = ['x-client-cert', 'x-client-verify', 'x-client-subject'] as const;

/** `FAILED:` is followed by OpenSSL's code of the error. */
export type ClientVerdict = 'NONE' | 'SUCCESS' | `FAILED:${string}`;

/** Maximum size of a certificate (DER), in bytes. Pods get it percent-encoded, which takes about twice as much. */
const MAX_CERTIFICATE_BYTES = 8_192;

/**
 * The lines, each with its CRLF. Certificate and subject are sent only if the certificate is valid, so a pod that reads
 * only these fields does not trust an invalid one.
 */
export function clientCertificateLines(
  verdict: ClientVerdict,
  certificate: X509Certificate | undefined,
): string {
  if (verdict !== 'SUCCESS' || certificate === undefined) return `X-Client-Verify: ${verdict}\r\n`;
  if (certificate.raw.length > MAX_CERTIFICATE_BYTES) return 'X-Client-Verify: FAILED:TOO_LARGE\r\n';
  const pem = encodeURIComponent(certificate.toString());
  return (
    `X-Client-Verify: SUCCESS\r\nX-Client-Cert: ${pem}\r\n` +
    `X-Client-Subject: ${subjectOf(certificate.subject)}\r\n`
  );
}

/**
 * The subject as RFC 4514 writes it: the last part first, on one line of ASCII. Node writes each part on its own line,
 * and escapes special characters by RFC 2253. All octets outside printable ASCII are escaped here in the way of that
 * RFC.
 */
function subjectOf(lines: string): string {
  const parts = lines.split('\n').filter((line) => line !== '');
  return parts
    .reverse()
    .join(',')
    .replaceAll(/[^\x20-\x7e]+/g, escapedOctets);
}

function escapedOctets(text: string): string {
  const hex = (octet: number) => `\\${octet.toString(16).toUpperCase().padStart(2, '0')}`;
  return Array.from(Buffer.from(text), hex).join('');
}
