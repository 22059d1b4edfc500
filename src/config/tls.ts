import { createSecureContext, getCiphers } from 'node:tls';
import { CERTIFICATES } from './certificates.ts';
import { choice, duration, grammar, type Grammar, portOrNone, text, whole } from './grammar.ts';
import { setting } from './setting.ts';

/**
 * Mozilla's guidelines 5.8, intermediate: forward secrecy and authenticated encryption only. Clients choose among them, as
 * they know their hardware.
 */
const INTERMEDIATE =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:' +
  'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:' +
  'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';

/** How clients come by TLS. */
export const TLS = {
  tlsPort: setting('TLS_PORT', '', portOrNone(), 'Port for routed requests by TLS; empty = none'),
  tlsMinVersion: setting(
    'TLS_MIN_VERSION',
    '1.2',
    choice('1.2', '1.3'),
    'Oldest version of TLS that clients may speak',
  ),
  tlsCiphers: setting(
    'TLS_CIPHERS',
    INTERMEDIATE,
    cipherSuites(),
    "Cipher suites by OpenSSL's names, separated by colons; the default is Mozilla's intermediate list",
  ),
  tlsHandshakeTimeout: setting(
    'TLS_HANDSHAKE_TIMEOUT',
    '10s',
    duration('1ms', '168h'),
    'From a new connection to the end of its TLS handshake',
  ),
  tlsHandshakes: setting(
    'TLS_HANDSHAKES',
    '512',
    whole(1, 65_535),
    'Maximum of TLS handshakes under way, per worker; over it the oldest ends if it waits for its client for a second, else the newcomer',
  ),
  tlsContexts: setting(
    'TLS_CONTEXTS',
    '1024',
    whole(1, 65_535),
    'Certificates kept ready for handshakes, per worker, at 40 KiB each; others are prepared again when a client asks for them',
  ),
  tlsSessionTimeout: setting(
    'TLS_SESSION_TIMEOUT',
    '12h',
    duration('1s', '168h'),
    'For how long a client may continue a TLS session on a new connection without a full handshake; 5 minutes at most with client certificates',
  ),
  tlsTicketSecretFile: setting(
    'TLS_TICKET_SECRET_FILE',
    '',
    text('the path of a file', /^[^\0]*$/),
    'File of 32 or more random bytes that all replicas have: TLS sessions are then continued at any of them; empty = at this one only',
  ),
  ...CERTIFICATES,
  httpsRedirect: setting(
    'HTTPS_REDIRECT',
    'false',
    choice('false', 'true', 'all'),
    'Answer 308 to `https://` for requests that came without TLS: `true` for hosts with a certificate, `all` for all hosts; not for `/.well-known/acme-challenge/`, nor where a trusted proxy says `X-Forwarded-Proto: https`',
  ),
  httpsRedirectPort: setting('HTTPS_REDIRECT_PORT', '443', whole(1, 65_535), 'Port that clients are sent to'),
  hsts: setting(
    'HSTS',
    '',
    text(
      'a value such as max-age=31536000 or max-age=31536000; includeSubDomains',
      /^$|^max-age=\d{1,10}(?:; ?[A-Za-z]{1,32}){0,4}$/,
    ),
    "`Strict-Transport-Security` of answers to requests that came by TLS, podway's own among them, unless the pod sets its own; empty = none",
  ),
  clientCertificates: setting(
    'CLIENT_CERTIFICATES',
    'off',
    choice('off', 'request', 'require'),
    'Whether TLS clients are asked for a certificate that `CLIENT_CA_FILE` vouches for, and refused without one; pods get `X-Client-Verify`, `X-Client-Cert` and `X-Client-Subject`',
  ),
  clientCaFile: setting(
    'CLIENT_CA_FILE',
    '',
    text('the path of a file', /^[^\0]*$/),
    "File of the certificates (PEM) of the authorities that clients' certificates come from; read again when it changes",
  ),
} as const;

/** OpenSSL would ignore a name that it does not know, as long as it knows one. */
function cipherSuites(): Grammar<string> {
  const known = new Set(getCiphers());
  return grammar("names of OpenSSL's cipher suites, separated by colons", (ciphers) =>
    ciphers.split(':').every((name) => known.has(name.toLowerCase())) && isUsable(ciphers)
      ? ciphers
      : undefined,
  );
}

function isUsable(ciphers: string): boolean {
  try {
    createSecureContext({ ciphers });
    return true;
  } catch {
    return false;
  }
}
