import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/load.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of CLIENT_CA_FILE as PEM ('' without client certificates), or one line that says what is wrong with it. */
export async function readClientCa(
  config: Config,
): Promise<{ readonly pem: string } | { readonly problem: string }> {
  const { clientCertificates, clientCaFile } = config;
  if (clientCertificates === 'off') return { pem: '' };
  const of = `CLIENT_CA_FILE=${JSON.stringify(clientCaFile)}: expected`;
  try {
    const certificates = (await readFile(clientCaFile, 'latin1')).match(CERTIFICATE) ?? [];
    if (certificates.length > 0 && certificates.every(isCertificate)) return { pem: certificates.join('\n') };
    return { problem: `${of} certificates in PEM` };
  } catch (error) {
    return { problem: `${of} a file that can be read (${(error as NodeJS.ErrnoException).code})` };
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}
