import type { X509Certificate } from 'node:crypto';

/** Fields about a client's certificate, which pods get from podway alone. */
export const CLIENT_CERTIFICATE_FIELDS = ['x-client-cert', 'x-client-verify', 'x-client-subject'] as const;

/** `FAILED:` is followed by OpenSSL's word for why. */
export type ClientVerdict = 'NONE' | 'SUCCESS' | `FAILED:${string}`;

/** A larger certificate (DER) is as good as none: what pods get of it, percent-encoded, would be twice as long. */
const MOST_OCTETS = 8_192;

/**
 * The lines, each with its CRLF. Certificate and subject are sent only if the certificate is good: who looks at nothing
 * else must not believe a bad one.
 */
export function clientCertificateLines(
  verdict: ClientVerdict,
  certificate: X509Certificate | undefined,
): string {
  if (verdict !== 'SUCCESS' || certificate === undefined) return `X-Client-Verify: ${verdict}\r\n`;
  if (certificate.raw.length > MOST_OCTETS) return 'X-Client-Verify: FAILED:TOO_LARGE\r\n';
  const pem = encodeURIComponent(certificate.toString());
  return (
    `X-Client-Verify: SUCCESS\r\nX-Client-Cert: ${pem}\r\n` +
    `X-Client-Subject: ${subjectOf(certificate.subject)}\r\n`
  );
}

/**
 * As RFC 4514 writes a name: the last part first, on one line of ASCII. Node gives a part a line, its special characters
 * escaped by RFC 2253, whose escapes for other octets serve for the rest.
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
