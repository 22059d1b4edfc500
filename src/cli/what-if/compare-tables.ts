import type { KindTable, ManifestContext } from '../../cluster/kind.ts';
import { kindsOf } from '../../cluster/kinds.ts';
import { GivenManifests, kindKey } from '../../cluster/manifests/given-manifests.ts';
import { readGivenText } from '../../cluster/manifests/given-text.ts';
import type { SourceScope } from '../../cluster/scope.ts';
import { SourceError } from '../../cluster/source.ts';
import { OWNED_PODS } from '../../cluster/workloads/owned-pods.ts';
import { annotationNames } from '../../config/annotation-names.ts';
import { followsNamespaces } from '../../config/host-grants.ts';
import { followedTlsSecrets } from '../../config/certificates.ts';
import type { Config } from '../../config/load.ts';
import { type Backend, backendKey } from '../../whatif/backend.ts';
import { keyOf, type ObjectId, type ObjectName } from '../../wiring/object-id.ts';
import { parseSelector } from '../../wiring/selector.ts';
import type { Runtime } from '../runtime.ts';
import type { CheckArguments } from './check-arguments.ts';
import type { GivenSummary } from './check-document.ts';
import { type MadePods, makePods } from './given-objects.ts';
import { chooseCluster, LiveView } from './live-view.ts';
import { type Rows, type SettledTable, settledTable, type TablePods } from './settled-table.ts';

export interface ComparisonContext {
  readonly runtime: Runtime;
  readonly config: Config;
  readonly signal: AbortSignal;
  /** Read Namespaces even if the settings do not require it. */
  readonly needsNamespaces?: boolean;
}

/** The state of the cluster now, and with the given manifests. */
export interface TableComparison {
  readonly scope: SourceScope;
  /** The address of the API server; undefined: the check did not ask one. */
  readonly server: string | undefined;
  readonly given: GivenManifests | undefined;
  readonly live: LiveView | undefined;
  readonly now: SettledTable | undefined;
  readonly after: GivenAfter | undefined;
}

/**
 * Reads the given manifests, lists the objects of the cluster, and makes the route table of each.
 *
 * @throws SourceError, ApiFailure when something cannot be read
 */
export async function compareTables(
  args: CheckArguments,
  context: ComparisonContext,
): Promise<TableComparison> {
  const { runtime, config, signal } = context;
  const scope = scopeOf(args, context);
  const kinds = followedKinds(scope, config);
  const cluster = args.live ? chooseCluster(args, runtime.env, config) : undefined;
  const reading = contextOf(scope);
  const given = await readGiven(args, {
    kinds,
    context: reading,
    runtime,
    signal,
    defaultNamespace: args.namespace ?? cluster?.namespace ?? 'default',
  });
  const live =
    cluster &&
    (await LiveView.read(
      cluster,
      { kinds, scope, labels: config.labelCheckInterval > 0 },
      given?.workloads ?? [],
      signal,
    ));
  // Without Namespaces podway does not know the grants, so it must not reject routes for lack of one.
  const judged: Config =
    live?.namespacesKnown === false && config.hostGrants === 'enforce'
      ? { ...config, hostGrants: 'report' }
      : config;
  const options = { config: judged, machine: runtime.machine, inCluster: args.live };
  const keysKnown = live?.keysKnown ?? true;
  const settle: Settle = (rows, pods) => settledTable(rows, kinds, options, { ...pods, keysKnown });
  const now =
    live &&
    (await settle(live.rows, { backendOf: (pod) => live.backendOf(pod), unselected: live.unselected }));
  const after = given && (await settleGiven({ given, live, context: reading, settle }));
  return { scope, server: cluster?.server, given, live, now, after };
}

type Settle = (rows: Rows, pods: TablePods) => Promise<SettledTable>;

export interface GivenAfter {
  readonly made: MadePods;
  readonly summary: GivenSummary;
  readonly settled: SettledTable;
  /** The objects of which `settled` was made. */
  readonly rows: Rows;
}

/** The table after the given manifests have replaced the objects of the same names. */
async function settleGiven(parts: {
  readonly given: GivenManifests;
  readonly live: LiveView | undefined;
  readonly context: ManifestContext;
  readonly settle: Settle;
}): Promise<GivenAfter> {
  const { given, live, context, settle } = parts;
  const made = makePods(given, context, live?.podCounts() ?? new Map());
  const objects = given.objects(made.pods);
  const workloads = new Map(made.pods.map((pod) => [keyOf(pod), pod.controller]));
  const backendOf = (pod: ObjectName): Backend => {
    const itself = { kind: 'Pod', namespace: pod.namespace, name: pod.name };
    const key = keyOf(pod);
    if (workloads.has(key)) return { ...itself, ...workloads.get(key) };
    return objects.pods.has(key) || live === undefined ? itself : live.backendOf(pod);
  };
  const rows = new Map<string, Map<string, ObjectId>>();
  for (const name of Object.keys(objects)) {
    const beside = name === 'pods' ? live?.podsBeside(given) : live?.rows.get(name);
    const all = new Map([...(beside ?? [])].map((it) => [keyOf(it), it]));
    for (const [key, object] of objects[name] ?? []) all.set(key, object);
    rows.set(name, all);
  }
  const values = new Map([...rows].map(([name, all]) => [name, [...all.values()]]));
  const countOf = (pod: ObjectName) => made.counts.get(keyOf(pod)) ?? 1;
  const unselected = (live?.unselectedBeside(given) ?? []).filter((it) => !objects.pods.has(keyOf(it)));
  const settled = await settle(values, { backendOf, countOf, unselected });
  const own = [...objects.pods.values()].filter((it) => !workloads.has(keyOf(it)));
  const secrets = Object.entries(objects).flatMap(([name, all]) =>
    name === 'pods' || name === 'namespaces' ? [] : [...all.values()],
  );
  const namespaces = [...(objects['namespaces']?.values() ?? [])];
  const keys = new Set([
    ...[...objects.pods.values()].map((it) => backendKey(backendOf(it))),
    ...secrets.map(({ namespace, name }) => backendKey({ kind: 'Secret', namespace, name })),
    ...namespaces.map(({ name }) => backendKey({ kind: 'Namespace', namespace: name, name })),
    ...made.workloads.map(kindKey),
  ]);
  const { passedOver, elsewhere } = given;
  const summary = {
    workloads: made.workloads,
    pods: own.length,
    secrets: secrets.length,
    passedOver,
    elsewhere,
    keys,
  };
  return { made, summary, settled, rows: values };
}

interface Reading {
  readonly kinds: KindTable;
  readonly context: ManifestContext;
  readonly defaultNamespace: string;
  readonly signal: AbortSignal;
  readonly runtime: Runtime;
}

async function readGiven(
  { files, recursive }: CheckArguments,
  { runtime, ...options }: Reading,
): Promise<GivenManifests | undefined> {
  if (files.length === 0) return undefined;
  const stdin = () => runtime.streams.stdin as AsyncIterable<Uint8Array>;
  return GivenManifests.read(await readGivenText({ places: files, recursive, stdin }), options);
}

function followedKinds(scope: SourceScope, { keys }: Config): KindTable {
  const all: KindTable = { ...kindsOf(scope), pods: OWNED_PODS };
  // With KEYS=off podway reads no Secrets.
  if (keys === 'off')
    return Object.fromEntries(Object.entries(all).filter(([, { kind }]) => kind !== 'Secret'));
  return all;
}

function scopeOf(args: CheckArguments, { config, needsNamespaces = false }: ComparisonContext): SourceScope {
  const chosen = args.live ? args.namespace : undefined;
  return {
    namespace: args.allNamespaces ? undefined : chosen || config.watchNamespace || undefined,
    labelSelector: config.routableLabelSelector.text,
    secretName: config.apiKeySecretLocation.name,
    secretField: config.apiKeySecretLocation.field,
    tlsSecrets: followedTlsSecrets(config) ?? [],
    namespaces: needsNamespaces || followsNamespaces(config),
    annotations: annotationNames(config),
  };
}

function contextOf(scope: SourceScope): ManifestContext {
  const selector = parseSelector(scope.labelSelector);
  if ('problem' in selector) throw new SourceError(`bad label selector: ${selector.problem}`);
  return { scope, selector };
}
