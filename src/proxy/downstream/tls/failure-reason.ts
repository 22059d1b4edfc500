import type { HandshakeFailure } from '../../../boundary/handshakes.ts';

const REASONS: Readonly<Record<string, HandshakeFailure>> = {
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'version',
  ERR_SSL_VERSION_TOO_LOW: 'version',
  ERR_SSL_NO_SHARED_CIPHER: 'ciphers',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: 'ciphers',
  ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS: 'ciphers',
  ERR_SSL_NO_SUITABLE_KEY_SHARE: 'ciphers',
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'protocol',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'client-certificate',
  ERR_SSL_CERTIFICATE_VERIFY_FAILED: 'client-certificate',
  ERR_SSL_EE_KEY_TOO_SMALL: 'bad-certificate',
  ERR_SSL_CA_KEY_TOO_SMALL: 'bad-certificate',
  ERR_SSL_CA_MD_TOO_WEAK: 'bad-certificate',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'timeout',
  ECONNRESET: 'closed',
  EPIPE: 'closed',
};

/** Converts the code of an error that Node reports for a handshake. */
export function failureReason(code: string): HandshakeFailure {
  if (code.startsWith('ERR_OSSL_')) return 'bad-certificate';
  return REASONS[code] ?? (code.includes('_ALERT_') ? 'refused-by-client' : 'malformed');
}
