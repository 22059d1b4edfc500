import { readFileSync, statSync } from 'node:fs';
import { authoritiesIn } from '../wiring/authorities.ts';

/** Settings of certificates that name files. */
export interface CertificatePlaces {
  readonly tlsPort: number | 'none';
  readonly tlsCertificates: string;
  readonly tlsTenantCaFile: string;
}

/** One line for the user about a setting that names an unusable file or folder; undefined: all are usable. */
export function unusablePlace(places: CertificatePlaces): string | undefined {
  const { tlsPort, tlsCertificates, tlsTenantCaFile } = places;
  if (tlsPort === 'none') return undefined;
  if (tlsCertificates !== '' && statSync(tlsCertificates, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `TLS_CERTIFICATES=${JSON.stringify(tlsCertificates)}: expected a folder`;
  if (tlsTenantCaFile === '') return undefined;
  const text = readAuthorities(tlsTenantCaFile);
  return text === undefined
    ? `TLS_TENANT_CA_FILE=${JSON.stringify(tlsTenantCaFile)}: expected a file of CA certificates as PEM`
    : undefined;
}

/** The certificates of a file, as PEM; undefined if it cannot be read, or has no certificate or a malformed one. */
export function readAuthorities(file: string): string | undefined {
  try {
    return authoritiesIn(readFileSync(file, 'latin1'))?.join('');
  } catch {
    return undefined;
  }
}
