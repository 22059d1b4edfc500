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
import type { Table, TableParts } from '../../whatif/table.ts';
import { judge } from '../../whatif/verdict.ts';
import { keyOf, type ObjectId, type ObjectName } from '../../wiring/object-id.ts';
import { parseSelector } from '../../wiring/selector.ts';
import { tableLines } from '../check-report.ts';
import type { Runtime } from '../runtime.ts';
import type { CheckArguments } from './check-arguments.ts';
import { documentText, type CheckResult, countFindings, type GivenSummary } from './check-document.ts';
import { checkText } from './check-text.ts';
import { type MadePods, makePods } from './given-objects.ts';
import { chooseCluster, LiveView } from './live-view.ts';
import { type Rows, type SettledTable, settledTable } from './settled-table.ts';

interface CheckContext {
  readonly runtime: Runtime;
  readonly config: Config;
  readonly signal: AbortSignal;
}

const EMPTY: Table = { routes: new Map(), keys: new Map(), rejections: [], certificates: new Map() };

/**
 * Judges what is given, the cluster, or what would become of the cluster by what is given; prints the result. Resolves with
 * the exit code.
 *
 * @throws SourceError, ApiFailure when something cannot be read
 */
export async function runCheck(args: CheckArguments, context: CheckContext): Promise<number> {
  const { runtime, config, signal } = context;
  const scope = scopeOf(args, config);
  const kinds: KindTable =
    config.keys === 'off' ? { pods: OWNED_PODS } : { ...kindsOf(scope), pods: OWNED_PODS };
  const cluster = args.live ? chooseCluster(args, runtime.env, config) : undefined;
  const reading = contextOf(scope);
  const given = await readGiven(args, {
    kinds,
    context: reading,
    runtime,
    signal,
    defaultNamespace: args.namespace ?? cluster?.namespace ?? 'default',
  });
  const live = cluster && (await LiveView.read(cluster, { kinds, scope }, given?.workloads ?? [], signal));
  const options = { config, machine: runtime.machine, inCluster: args.live };
  const keysKnown = live?.keysKnown ?? true;
  const settle: Settle = (rows, pods) => settledTable(rows, kinds, options, { ...pods, keysKnown });
  const now = live && (await settle(live.rows, { backendOf: (pod) => live.backendOf(pod) }));
  const then = given && (await settleGiven({ given, live, context: reading, settle }));
  const after = then?.settled ?? now;
  // One of them is asked for.
  if (after === undefined) return 0;
  const question = {
    before: then === undefined ? EMPTY : (now?.table ?? EMPTY),
    after: after.table,
    match: config.pathMatch,
  };
  const result: CheckResult = {
    cluster: cluster?.server,
    namespace: scope.namespace,
    given: then?.summary,
    table: after.table,
    verdict: judge(question, then?.summary.keys ?? new Set(), live !== undefined && given !== undefined),
    problems: given?.problems ?? [],
    notes: [...(live?.notes ?? []), ...(then?.made.notes ?? []), ...scopeNotes(args, scope, then?.summary)],
  };
  const table = then === undefined ? tableLines(config, after.listing) : undefined;
  runtime.print(args.output === 'json' ? documentText(result) : checkText(result, table));
  if (given?.unreadable === true) return 2;
  return countFindings(result) > 0 ? 1 : 0;
}

type Settle = (rows: Rows, pods: Pick<TableParts, 'backendOf' | 'countOf'>) => Promise<SettledTable>;

interface GivenThen {
  readonly made: MadePods;
  readonly summary: GivenSummary;
  readonly settled: SettledTable;
}

/** The table once what is given has taken the place of what it names. */
async function settleGiven(parts: {
  readonly given: GivenManifests;
  readonly live: LiveView | undefined;
  readonly context: ManifestContext;
  readonly settle: Settle;
}): Promise<GivenThen> {
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
  const settled = await settle(values, { backendOf, countOf });
  const own = [...objects.pods.values()].filter((it) => !workloads.has(keyOf(it)));
  const secrets = Object.entries(objects).flatMap(([name, all]) =>
    name === 'pods' ? [] : [...all.values()],
  );
  const keys = new Set([
    ...[...objects.pods.values()].map((it) => backendKey(backendOf(it))),
    ...secrets.map(({ namespace, name }) => backendKey({ kind: 'Secret', namespace, name })),
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
  return { made, summary, settled };
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

function scopeOf(args: CheckArguments, config: Config): SourceScope {
  const chosen = args.live ? args.namespace : undefined;
  return {
    namespace: args.allNamespaces ? undefined : chosen || config.watchNamespace || undefined,
    labelSelector: config.routableLabelSelector.text,
    secretName: config.apiKeySecretLocation.name,
    secretField: config.apiKeySecretLocation.field,
    tlsSecrets: followedTlsSecrets(config) ?? [],
    namespaces: followsNamespaces(config),
    annotations: annotationNames(config),
  };
}

function contextOf(scope: SourceScope): ManifestContext {
  const selector = parseSelector(scope.labelSelector);
  if ('problem' in selector) throw new SourceError(`bad label selector: ${selector.problem}`);
  return { scope, selector };
}

function scopeNotes(
  { live }: CheckArguments,
  { namespace }: SourceScope,
  given: GivenSummary | undefined,
): string[] {
  if (namespace === undefined || given === undefined) return [];
  const others =
    given.elsewhere === 0 ? [] : [`objects of other namespaces that are not looked at: ${given.elsewhere}`];
  return live
    ? [...others, `what namespace ${namespace} shares with others is not looked at (-A looks at all)`]
    : others;
}
