import { readFileSync } from 'node:fs';
import { authoritiesIn } from '../wiring/authorities.ts';
import { type Grammar, grammar, whole } from './grammar.ts';
import { setting } from './setting.ts';

/** Settings of TLS connections to pods. */
export const POD_TLS = {
  upstreamStreams: setting(
    'UPSTREAM_STREAMS',
    '100',
    whole(1, 10_000),
    'Maximum number of concurrent requests on one HTTP/2 connection to a pod, if the pod allows as many; further ones open another connection',
  ),
  upstreamCaFile: setting(
    'UPSTREAM_CA_FILE',
    '',
    certificateFile(),
    'PEM file of the authorities that podway trusts to sign the certificates of pods with `proto=https` or `proto=h2`; podway reads it again when it changes; empty = the authorities that Node.js trusts',
  ),
};

/** The path of a file of PEM certificates, which must be readable at the start; '' = none. */
function certificateFile(): Grammar<string> {
  return grammar('a readable file of at least one PEM certificate', (path) =>
    path === '' || holdsCertificates(path) ? path : undefined,
  );
}

function holdsCertificates(path: string): boolean {
  try {
    return authoritiesIn(readFileSync(path, 'latin1')) !== undefined;
  } catch {
    return false;
  }
}
