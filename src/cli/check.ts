import { deliver } from '../cluster/kinds.ts';
import { type ClusterSource, SourceError, type SourceProblem } from '../cluster/source.ts';
import { followedTlsSecrets } from '../config/certificates.ts';
import type { Config } from '../config/load.ts';
import type { Machine } from '../config/machine.ts';
import { unusablePlace } from '../control/certificate-places.ts';
import { claimOptions } from '../control/claim-options.ts';
import { OPERATOR } from '../inventory/held-certificate.ts';
import { Inventory, type Listing } from '../inventory/inventory.ts';
import { authority } from '../wiring/authority.ts';
import { shownWords } from '../wiring/words/shown-words.ts';
import { REJECTIONS } from '../wiring/rejection.ts';
import { certificateLines, settleCertificates } from './check-certificates.ts';
import { configuredSource, readConfig } from './configured.ts';
import type { Runtime } from './runtime.ts';

/**
 * Judges the settings and, when MANIFESTS names a folder, what is in it: prints the routes and everything refused.
 * Exit code 2 for settings, 1 for refused objects or files, else 0.
 */
export async function check(runtime: Runtime): Promise<number> {
  const config = readConfig(runtime);
  if (!config) return 2;
  const unusable = unusablePlace(config);
  if (unusable !== undefined) {
    runtime.complain(`podway: ${unusable}`);
    return 2;
  }
  if (config.manifests === '') {
    runtime.print('settings: good\n');
    return 0;
  }
  try {
    const { listing, problems } = await readFolder(
      { config, machine: runtime.machine },
      await configuredSource(config, runtime.env),
    );
    runtime.print(report(config, listing, problems));
    return listing.rejections.length + problems.length > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    runtime.complain(`podway: ${error.message}`);
    return 2;
  }
}

interface Findings {
  readonly listing: Listing;
  readonly problems: readonly SourceProblem[];
}

/** Follows the folder until it has been read once: every kind is listed, or one cannot be and a problem says why. */
async function readFolder(
  { config, machine }: { readonly config: Config; readonly machine: Machine },
  source: ClusterSource,
): Promise<Findings> {
  const inventory = new Inventory({
    ...config,
    ...claimOptions(config, machine, source.inCluster ?? false),
    secretName: config.apiKeySecretLocation.name,
    keysNeedProof: false,
    keysOutliveSecrets: false,
    tlsSecrets: followedTlsSecrets(config),
  });
  const problems: SourceProblem[] = [];
  const enough = new AbortController();
  // The rest of the same scan still comes in this turn of the event loop.
  const end = () => setImmediate(() => enough.abort());
  await source.run(
    {
      changed: (event) => {
        deliver(inventory, event);
        if (inventory.synced) end();
      },
      state: (_, { phase }) => {
        if (phase === 'backing-off') end();
      },
      problem: (problem) => problems.push(problem),
    },
    enough.signal,
  );
  inventory.takeDelta(Date.now());
  await settleCertificates(inventory, config);
  return { listing: inventory.listing(), problems };
}

function report({ tlsPort }: Config, listing: Listing, problems: readonly SourceProblem[]): string {
  const { routes, namespaces, rejections } = listing;
  const keyed = new Set(namespaces.keyed.map(({ namespace }) => namespace));
  const lines = routes.flatMap(({ host, path, endpoints }) => [
    `${host}${path}`,
    ...endpoints.map(({ namespace, pod, address, port, condition, options }) => {
      const place = authority({ address: address || 'no-address', port });
      const way = options === undefined ? '' : ` ${shownWords(options.words)}`;
      return `  ${namespace}/${pod} ${place} ${condition}${way}${keyed.has(namespace) ? ' (key)' : ''}`;
    }),
  ]);
  if (tlsPort !== 'none') lines.push(...certificateLines(listing));
  for (const { object, reason, detail } of rejections) {
    const { kind, namespace, name } = object;
    const named = namespace === OPERATOR ? name : `${namespace}/${name}`;
    lines.push(`rejected: ${kind} ${named}: ${reason}: ${detail} (expected ${REJECTIONS[reason]})`);
  }
  for (const { where, reason, detail } of problems) lines.push(`problem: ${where}: ${reason}: ${detail}`);
  lines.push(`${routes.length} routes, ${rejections.length} rejections, ${problems.length} problems`, '');
  return lines.join('\n');
}
