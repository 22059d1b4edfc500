import { text } from './grammar.ts';
import { secretNames } from './kubernetes.ts';
import { setting } from './setting.ts';

/** Names of the Secrets that podway follows for certificates; undefined: podway serves no TLS. */
export function followedTlsSecrets(config: {
  readonly tlsPort: number | 'none';
  readonly tlsSecrets: readonly string[];
  readonly keys: 'check' | 'off';
}): readonly string[] | undefined {
  if (config.tlsPort === 'none') return undefined;
  // With KEYS=off, podway reads no Secrets.
  return config.keys === 'off' ? [] : config.tlsSecrets;
}

/** Settings for the sources of certificates. Without TLS_PORT, podway reads no certificates. */
export const CERTIFICATES = {
  tlsSecrets: setting(
    'TLS_SECRETS',
    'routing-tls',
    secretNames(),
    'Names of the Secrets that hold certificates in every namespace, separated by commas: those of the type kubernetes.io/tls, and further pairs `NAME.crt` with `NAME.key`; `none` = only `TLS_CERTIFICATES`',
  ),
  tlsCertificates: setting(
    'TLS_CERTIFICATES',
    '',
    text('the path of a folder', /^[^\0]*$/),
    "Folder of the operator's certificates: `NAME.crt` with `NAME.key`, or a sub-folder `NAME` of such pairs; the pair named `default` serves hosts without a certificate",
  ),
  tlsTenantCaFile: setting(
    'TLS_TENANT_CA_FILE',
    '',
    text('the path of a file', /^[^\0]*$/),
    'Certificate authorities, in addition to the public ones, whose certificates a namespace may use for hosts that a wildcard certificate of the operator covers',
  ),
} as const;
