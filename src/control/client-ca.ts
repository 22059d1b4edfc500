import { readFile } from 'node:fs/promises';
import type { Config } from '../config/load.ts';
import { authoritiesIn } from '../wiring/authorities.ts';

/** The certificates of CLIENT_CA_FILE as PEM ('' without client certificates), or one line that says what is wrong with it. */
export async function readClientCa(
  config: Config,
): Promise<{ readonly pem: string } | { readonly problem: string }> {
  const { clientCertificates, clientCaFile } = config;
  if (clientCertificates === 'off') return { pem: '' };
  const of = `CLIENT_CA_FILE=${JSON.stringify(clientCaFile)}: expected`;
  try {
    const certificates = authoritiesIn(await readFile(clientCaFile, 'latin1'), ({ ca }) => ca);
    return certificates === undefined
      ? { problem: `${of} certificates in PEM` }
      : { pem: certificates.join('\n') };
  } catch (error) {
    return { problem: `${of} a file that can be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
