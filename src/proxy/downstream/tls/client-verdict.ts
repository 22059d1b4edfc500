import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ClientVerdict } from '../../../http1/client-certificate-lines.ts';

/**
 * The result of the handshake for the client's certificate. A resumed session keeps the certificate of its first
 * handshake, which may have expired since.
 *
 * @param now milliseconds since 1970
 */
export function clientVerdict(
  { authorized, authorizationError }: TLSSocket,
  certificate: X509Certificate | undefined,
  now: number,
): ClientVerdict {
  if (certificate === undefined) return 'NONE';
  if (!authorized) return `FAILED:${String(authorizationError).replaceAll(/[^A-Z0-9_]/g, '') || 'UNKNOWN'}`;
  return Date.parse(certificate.validTo) < now ? 'FAILED:CERT_HAS_EXPIRED' : 'SUCCESS';
}
