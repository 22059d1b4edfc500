import { SourceError } from '../../cluster/source.ts';
import { type Grant, grantsOfTemplate, readGrants } from '../../grants/grant.ts';
import { type ImpliedGrants, impliedGrants, type OwnedRoute } from '../../grants/implied-grants.ts';
import { allRoutes, namespacesOf } from '../../whatif/table.ts';
import type { NamespaceObject } from '../../wiring/namespace.ts';
import { compareRoutes } from '../../wiring/order.ts';
import { printable } from '../../wiring/rejection.ts';
import type { CheckArguments } from './check-arguments.ts';
import { compareTables, type ComparisonContext } from './compare-tables.ts';

/**
 * Prints annotations of Namespaces that would grant all routes that pods declare now. Resolves with the exit code: 1 when
 * the user has to decide something, 2 when podway cannot read a manifest.
 *
 * @throws SourceError, ApiFailure when something cannot be read
 */
export async function runGrants(args: CheckArguments, context: ComparisonContext): Promise<number> {
  const { runtime } = context;
  const config = { ...context.config, hostGrants: 'off' as const };
  const comparison = await compareTables(args, { ...context, config, needsNamespaces: true });
  const { live, given, server } = comparison;
  const then = comparison.after?.settled ?? comparison.now;
  if (then === undefined) throw new SourceError('expected a cluster or manifests');
  const rows = comparison.after?.rows ?? live?.rows;
  const namespaces = [...((rows?.get('namespaces') ?? []) as Iterable<NamespaceObject>)];
  const texts = new Map(namespaces.map(({ name, grants = '' }) => [name, grants.trim()]));
  const routes = [...allRoutes(then.table)]
    .map((it): OwnedRoute => ({ host: it.host, path: it.path, namespaces: namespacesOf(it) }))
    .sort(compareRoutes);
  const implied = impliedGrants(routes, {
    pathMatch: config.pathMatch,
    written: writtenGrants(texts, config.hostGrantsList),
    byDefault: (namespace) => grantsOfTemplate(config.hostGrantsDefault, namespace),
  });
  for (const { where, reason, detail } of given?.problems ?? [])
    runtime.printError(`problem: ${where}: ${reason}: ${detail}`);
  const notes = [
    ...(live?.notes ?? []),
    ...(live?.namespacesKnown === false ? ['the output omits annotations that Namespaces already have'] : []),
  ];
  const annotation = config.hostsAnnotation;
  const documents = [...implied.missing].map(([name, missing]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, annotations: { [annotation]: [texts.get(name) ?? '', ...missing].join(' ').trim() } },
  }));
  if (args.output === 'json') {
    const list = { apiVersion: 'v1', kind: 'List', items: documents };
    runtime.printError(...commentsOf(implied, notes));
    runtime.print(`${JSON.stringify(list, null, 2)}\n`);
  } else {
    const comments = [headline(server, documents.length), ...commentsOf(implied, notes)];
    runtime.print(`${comments.map((it) => `# ${it}\n`).join('')}${documents.map(yamlOf).join('')}`);
  }
  if (given?.unreadable === true) return 2;
  return implied.contested.length + implied.refused.length > 0 ? 1 : 0;
}

function writtenGrants(
  texts: ReadonlyMap<string, string>,
  list: readonly (Grant & { readonly namespace: string })[],
): Map<string, readonly Grant[]> {
  const written = new Map<string, readonly Grant[]>();
  for (const [name, text] of texts) written.set(name, readGrants(text).grants);
  for (const { namespace, ...grant } of list)
    written.set(namespace, [...(written.get(namespace) ?? []), grant]);
  return written;
}

function headline(server: string | undefined, count: number): string {
  const where = server === undefined ? 'the manifests' : printable(server);
  return count === 0
    ? `podway grants: every route of ${where} is granted already`
    : `podway grants: with these annotations the routes of ${where} stay as they are with HOST_GRANTS=enforce`;
}

/** Notes and decisions for the user, one line each. */
function commentsOf({ contested, refused }: ImpliedGrants, notes: readonly string[]): string[] {
  return [
    ...notes.map((it) => `note: ${printable(it)}`),
    ...contested.map(({ host, holdings }) => {
      const each = holdings.map(({ path, namespaces }) => `${path} ${namespaces.join(', ')}`);
      return `decide: several namespaces declare ${host}: ${printable(each.join('; '))}`;
    }),
    ...refused.map(
      ({ host, path, namespaces }) =>
        `refused: ${host}${path} of ${namespaces.join(', ')}: another namespace holds it, or the path cannot be granted`,
    ),
  ];
}

/** The Namespace as YAML. Strings of JSON are valid in YAML. */
function yamlOf({
  metadata: { name, annotations },
}: {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
}): string {
  const items = Object.entries(annotations).map(
    ([key, text]) => `    ${JSON.stringify(key)}: ${JSON.stringify(text)}\n`,
  );
  return `---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${JSON.stringify(name)}\n  annotations:\n${items.join('')}`;
}
