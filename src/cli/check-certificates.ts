import type { Config } from '../config/load.ts';
import { readCertificateFiles } from '../control/certificate-files.ts';
import { readAuthorities } from '../control/certificate-places.ts';
import { ChainTrust } from '../control/chain-trust.ts';
import { ANY_HOST } from '../boundary/certificates.ts';
import { OPERATOR_NAMESPACE } from '../inventory/held-certificate.ts';
import type { Inventory, Listing } from '../inventory/inventory.ts';
import type { ListedCertificate } from '../inventory/tls-certificates.ts';

/**
 * Determines the certificates of each host: reads TLS_CERTIFICATES and verifies chains. The inventory already has the
 * Secrets.
 */
export async function settleCertificates(inventory: Inventory, config: Config): Promise<void> {
  const { certificates } = inventory;
  if (certificates === undefined) return;
  if (config.tlsCertificates !== '') {
    const { sources } = await readCertificateFiles(config.tlsCertificates);
    certificates.files(sources);
    inventory.takeDelta(Date.now());
  }
  const trust = new ChainTrust(readAuthorities(config.tlsTenantCaFile));
  for (
    let questions = certificates.takeQuestions();
    questions.length > 0;
    questions = certificates.takeQuestions()
  ) {
    for (const question of questions) certificates.judged(question.id, await trust.trusts(question));
    inventory.takeDelta(Date.now());
  }
}

/** For each host that has certificates, their description for people. */
export function certificateTexts({ certificates }: Pick<Listing, 'certificates'>): Map<string, string> {
  return new Map(certificates.map((it) => [it.host, it.certificates.map(inWords).join(' and ')]));
}

/** One line for each host: which certificates a TLS client that requests this host gets. */
export function certificateLines({ routes, certificates }: Listing): string[] {
  const served = certificateTexts({ certificates });
  const hosts = [...new Set([...served.keys(), ...routes.map(({ host }) => host)])].sort();
  const others = served.has(ANY_HOST) ? 'the default' : 'none, the handshake is refused';
  return hosts.map((host) => {
    const found = served.get(host) ?? others;
    return `tls ${host === ANY_HOST ? 'all other hosts' : host}: ${found}`;
  });
}

function inWords({ namespace, source, pair, notAfter }: ListedCertificate): string {
  const from = namespace === OPERATOR_NAMESPACE ? `file ${source}` : `Secret ${namespace}/${source}`;
  return `${from} ${pair}.crt until ${new Date(notAfter).toISOString()}`;
}
