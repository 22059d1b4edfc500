import type { FailureReason } from '../../boundary/reasons.ts';
import type { TunnelCode } from '../../boundary/tunnel-codes.ts';

/** Shortages of descriptors or memory on podway's side. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
/** Other errors that are not the pod's fault: no free port, no address of the family, or a rule of this host. */
const LOCAL_ERRORS = new Set([...SHORTAGES, 'EADDRNOTAVAIL', 'EACCES', 'EPERM']);

/** Codes after which no written byte has reached a program in the pod. */
const UNDELIVERED: Readonly<Record<Exclude<TunnelCode, 'ECONNRESET'>, FailureReason>> = {
  EPODREFUSED: 'connect-refused',
  EPODTIMEOUT: 'connect-timeout',
  ETIMEDOUT: 'connect-timeout',
  ETUNNELFORBIDDEN: 'tunnel-forbidden',
  ETUNNELTHROTTLED: 'tunnel-throttled',
  ETUNNELUNAVAILABLE: 'tunnel-unavailable',
  ETUNNELLIMIT: 'tunnel-limit',
};

/** At the moment, podway could reach no address of any pod. */
export function isShortage(error: NodeJS.ErrnoException | undefined): boolean {
  const code = error?.code ?? '';
  return SHORTAGES.has(code) || (code.startsWith('ETUNNEL') && code in UNDELIVERED);
}

/** Codes of Node and OpenSSL; every other code of a handshake is about the certificate (X509_V_ERR_ without its prefix). */
const HANDSHAKE = /^ERR_(?:SSL|TLS)_/;
const CERTIFICATE = /^(?:CERT|CRL|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|INVALID|PATH_LENGTH|ERROR_IN_CERT)_/;
const EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

function handshakeFailure(code: string): FailureReason | undefined {
  if (EXPIRED.has(code)) return 'pod-certificate-expired';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'pod-certificate-name';
  if (HANDSHAKE.test(code)) return 'pod-tls-failed';
  return CERTIFICATE.test(code) ? 'pod-certificate-untrusted' : undefined;
}

/** The reason of a failed connect. */
export function connectFailure(error: NodeJS.ErrnoException | undefined): FailureReason {
  const code = error?.code ?? '';
  if (LOCAL_ERRORS.has(code)) return 'router-exhausted';
  return undelivered(code) ?? handshakeFailure(code) ?? 'connect-refused';
}

/** The reason for which an open connection ended with this error; undefined if it is unknown how much the pod received. */
export function refusalAfter(error: NodeJS.ErrnoException | undefined): FailureReason | undefined {
  const code = error?.code ?? '';
  return code.startsWith('EPOD') ? undelivered(code) : undefined;
}

function undelivered(code: string): FailureReason | undefined {
  return Object.hasOwn(UNDELIVERED, code) ? UNDELIVERED[code as keyof typeof UNDELIVERED] : undefined;
}
