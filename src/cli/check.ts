import { runToEnd } from '../boundary/run-to-end.ts';
import { deliver } from '../cluster/kinds.ts';
import { type ClusterSource, SourceError, type SourceProblem } from '../cluster/source.ts';
import { followedTlsSecrets } from '../config/certificates.ts';
import type { Config } from '../config/load.ts';
import type { Machine } from '../config/machine.ts';
import { unknownVariables } from '../config/unknown-variables.ts';
import { unusablePlace } from '../control/certificate-places.ts';
import { claimOptions } from '../control/claim-options.ts';
import { Inventory, type Listing } from '../inventory/inventory.ts';
import { settleCertificates } from './check-certificates.ts';
import { report } from './check-report.ts';
import { configuredSource, readConfig } from './configured.ts';
import type { Runtime } from './runtime.ts';
import { unknownVariableLines } from './unknown-variable-lines.ts';
import { type CheckArguments, readCheckArguments } from './what-if/check-arguments.ts';
import { interruptible } from './what-if/interruptible.ts';

const USAGE = `podway check: validate the settings and the manifests in MANIFESTS,
    print routes and rejections
podway check -f FILE [flags]: print the routes of manifests, and with
    --live what they would change in a cluster
podway check --live [flags]: print routes and rejections of a cluster

  -f, --filename FILE     manifests of pods, of Secrets and of workloads
                          (Deployment, StatefulSet, DaemonSet, ReplicaSet, Job,
                          CronJob, Argo Rollout), also in a List; a file, a
                          folder, or - for stdin; may be repeated
  -R, --recursive         read sub-folders, too
      --live              compare with the objects of a cluster; it only lists
                          them, changes nothing and opens no port
  -n, --namespace NAME    namespace for objects that name none; with --live also
                          the only one to list, unless -A is given
  -A, --all-namespaces    list all namespaces of the cluster; default: those of
                          WATCH_NAMESPACE
  -o, --output FORMAT     text or json
      --context NAME      kubeconfig context; default: the current one
      --kubeconfig FILE   default: KUBECONFIG, else ~/.kube/config

The exit code is 0 when there are no findings, 1 for rejections, conflicts,
losses and problems, and 2 when something cannot be read or the command is
misused.
`;

/**
 * `podway check`. Validates the settings and, when MANIFESTS names a folder, its manifests; prints the routes and all
 * rejections. With -f or --live it checks manifests, a cluster, or both instead. Resolves with the exit code: 2 for wrong
 * settings, wrong arguments and unreadable input, 1 for rejected objects or files, otherwise 0.
 */
export async function check(runtime: Runtime): Promise<number> {
  const args = readCheckArguments(runtime.args);
  if (args === 'help') {
    runtime.print(USAGE);
    return 0;
  }
  if ('problem' in args) {
    runtime.printError(`podway check: ${args.problem} (podway check --help)`);
    return 2;
  }
  const config = readConfig(runtime);
  if (!config) return 2;
  runtime.printError(...unknownVariableLines(unknownVariables(runtime.env)).map((it) => `podway: ${it}`));
  const unusable = unusablePlace(config);
  if (unusable !== undefined) {
    runtime.printError(`podway: ${unusable}`);
    return 2;
  }
  return args.live || args.files.length > 0 ? whatIf(args, runtime, config) : folder(runtime, config);
}

function whatIf(args: CheckArguments, runtime: Runtime, config: Config): Promise<number> {
  return interruptible('check', runtime, async (signal) => {
    const { runCheck } = await import('./what-if/run-check.ts');
    return runCheck(args, { runtime, config, signal });
  });
}

async function folder(runtime: Runtime, config: Config): Promise<number> {
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
    const findings = listing.rejections.length + problems.length;
    // Only a controller in a cluster makes pods of a Deployment. Without this message, a folder of Deployments would have
    // no routes, and the user would not know why.
    if (listing.routes.length + findings === 0)
      runtime.printError(
        `podway check: ${config.manifests} has no Pod that declares a route; for Deployments and other workloads: podway check -f ${config.manifests}`,
      );
    return findings > 0 ? 1 : 0;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    runtime.printError(`podway: ${error.message}`);
    return 2;
  }
}

interface Findings {
  readonly listing: Listing;
  readonly problems: readonly SourceProblem[];
}

/**
 * Follows the folder until podway has read it once: until every kind is listed, or until listing one has failed, which
 * adds a problem.
 */
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
  // The source delivers the rest of the same scan in this turn of the event loop.
  const end = () => setImmediate(() => enough.abort());
  await source.run(
    {
      changed: (event) => {
        deliver(inventory, event);
        runToEnd(inventory.intake.settle());
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
