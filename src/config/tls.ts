import { createSecureContext, getCiphers } from 'node:tls';
import { CERTIFICATES } from './certificates.ts';
import { choice, duration, grammar, type Grammar, portOrNone, text, whole } from './grammar.ts';
import { setting } from './setting.ts';

/**
 * The intermediate list of Mozilla's guidelines 5.8: only suites with forward secrecy and authenticated encryption. The client's
 * order decides, because clients know their hardware.
 */
const INTERMEDIATE =
  'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:' +
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:' +
  'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:' +
  'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';

/** Settings for TLS with clients. */
export const TLS = {
  tlsPort: setting('TLS_PORT', '', portOrNone(), 'Port for routed requests over TLS; empty = none'),
  tlsMinVersion: setting('TLS_MIN_VERSION', '1.2', choice('1.2', '1.3'), 'Minimum TLS version of clients'),
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
    'Maximum time from a new connection to the end of its TLS handshake',
  ),
  tlsHandshakes: setting(
    'TLS_HANDSHAKES',
    '512',
    whole(1, 65_535),
    'Maximum number of concurrent TLS handshakes per worker; at the limit, podway closes the oldest one that has waited for its client for a second, or, if there is none, the new connection; one client uses at most `MAX_CONNECTIONS_SHARE` percent, and above that podway closes only connections of this client; those from `TRUSTED_PROXIES` count for no client',
  ),
  tlsContexts: setting(
    'TLS_CONTEXTS',
    '1024',
    whole(1, 65_535),
    'Number of certificates that each worker keeps ready for handshakes, at 40 KiB each, where those of one host with different keys count as one; it prepares others again when a client needs them',
  ),
  tlsSessionTimeout: setting(
    'TLS_SESSION_TIMEOUT',
    '12h',
    duration('1s', '168h'),
    'How long a client may resume a TLS session on a new connection without a full handshake; at most 5 minutes with client certificates',
  ),
  tlsTicketSecretFile: setting(
    'TLS_TICKET_SECRET_FILE',
    '',
    text('the path of a file', /^[^\0]*$/),
    'File of 32 or more random bytes that all replicas share, so that each of them can resume a TLS session; empty = only the replica that began the session can',
  ),
  ...CERTIFICATES,
  httpsRedirect: setting(
    'HTTPS_REDIRECT',
    'false',
    choice('false', 'true', 'all'),
    'Redirect requests without TLS to `https://` with 308: `true` for hosts with a certificate, `all` for all hosts; podway does not redirect requests for `/.well-known/acme-challenge/` or requests of a trusted proxy with `X-Forwarded-Proto: https`',
  ),
  httpsRedirectPort: setting(
    'HTTPS_REDIRECT_PORT',
    '443',
    whole(1, 65_535),
    'Port in the redirects of `HTTPS_REDIRECT`',
  ),
  hsts: setting(
    'HSTS',
    '',
    text(
      'a value such as max-age=31536000 or max-age=31536000; includeSubDomains',
      /^$|^max-age=\d{1,10}(?:; ?[A-Za-z]{1,32}){0,4}$/,
    ),
    "`Strict-Transport-Security` of responses over TLS, including podway's own, unless the pod sets the header; empty = none",
  ),
  clientCertificates: setting(
    'CLIENT_CERTIFICATES',
    'off',
    choice('off', 'request', 'require'),
    'Whether TLS clients may (`request`) or must (`require`) present a certificate signed by an authority of `CLIENT_CA_FILE`; pods get `X-Client-Verify`, `X-Client-Cert` and `X-Client-Subject`',
  ),
  clientCaFile: setting(
    'CLIENT_CA_FILE',
    '',
    text('the path of a file', /^[^\0]*$/),
    "PEM file of the authorities that sign clients' certificates; podway reads it again when it changes",
  ),
} as const;

/** Checks every name, because OpenSSL ignores unknown names if the list has a known one. */
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
