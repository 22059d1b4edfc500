import type { ClusterEvent } from '../inventory/event.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import type { NamespaceObject } from '../wiring/namespace.ts';
import type { Pod } from '../wiring/pod.ts';
import type { NamespaceSecret } from '../wiring/secret.ts';
import type { TlsSecret } from '../wiring/tls-secret.ts';
import { enumeration } from '../wiring/enumeration.ts';
import { printable } from '../wiring/rejection.ts';
import type { Kind, KindTable, ObjectOf } from './kind.ts';
import { NAMESPACES } from './kinds/namespaces.ts';
import { PODS } from './kinds/pods.ts';
import { SECRETS } from './kinds/secrets.ts';
import { tlsSecretsNamed } from './kinds/tls-secrets.ts';
import type { SourceScope } from './scope.ts';

/**
 * The kinds that podway always follows, by plural name. Everything that delivers, reports or counts them is derived
 * from this table.
 */
export const KINDS = { pods: PODS, secrets: SECRETS };

/** A row for the Secrets of one name: `secrets/routing-tls`. */
type TlsSecretRow = `secrets/${string}`;

/**
 * The table of the kinds that podway follows. Rows other than those of `KINDS` exist only if the settings need them.
 */
export type Kinds = typeof KINDS & { readonly [Name in TlsSecretRow]: Kind<TlsSecret> } & {
  readonly namespaces: Kind<NamespaceObject>;
};

/** One row for each name, so that two tables of the same kinds have the same rows. */
const tlsSecretRows = new Map<string, Kind<TlsSecret>>();

/**
 * The kinds that podway follows with these settings. Secrets with certificates have a row for each name, and Namespaces
 * have a row if they hold hosts.
 */
export function kindsOf({ tlsSecrets, namespaces }: Pick<SourceScope, 'tlsSecrets' | 'namespaces'>): Kinds {
  const rows = tlsSecrets.map((name) => {
    let row = tlsSecretRows.get(name);
    if (row === undefined) tlsSecretRows.set(name, (row = tlsSecretsNamed(name)));
    return [`secrets/${name}`, row] as const;
  });
  const own = { ...(namespaces === true && { namespaces: NAMESPACES }), ...Object.fromEntries(rows) };
  return { ...KINDS, ...own } as Kinds;
}

/** Whether the table is the one that `kindsOf` makes. */
export function isOwnTable(kinds: KindTable, scope: SourceScope): boolean {
  const own: KindTable = kindsOf(scope);
  const names = Object.keys(kinds);
  return names.length === Object.keys(own).length && names.every((name) => own[name] === kinds[name]);
}

/** `pods`, `secrets`, `secrets/routing-tls`. */
export type KindName<T extends KindTable = Kinds> = keyof T & string;

/** One event of one kind, with the type of that kind. */
export type SourceEvent<T extends KindTable = Kinds, K extends keyof T = keyof T> = {
  readonly [Name in K]: {
    readonly kind: Name;
    readonly event: ClusterEvent<ObjectOf<T[Name]>>;
    /** When the source received it, in milliseconds of `performance.now()`. */
    readonly receivedAt: number;
  };
}[K];

/** Takes the events of each kind. */
export interface KindHandlers {
  pods(event: ClusterEvent<Pod>): void;
  secrets(event: ClusterEvent<NamespaceSecret>): void;
  namespaces(event: ClusterEvent<NamespaceObject>): void;
  /** @param name name of the Secrets */
  tlsSecretsOf(name: string, event: ClusterEvent<TlsSecret>): void;
}

/** Passes an event to the handler of its kind. */
export function deliver(handlers: KindHandlers, source: SourceEvent): void {
  if (source.kind === 'pods') handlers.pods(source.event);
  else if (source.kind === 'secrets') handlers.secrets(source.event);
  else if (source.kind === 'namespaces') handlers.namespaces(source.event);
  else handlers.tlsSecretsOf(source.kind.slice('secrets/'.length), source.event);
}

/** The names of a table's kinds; each kind follows the one in its `deliverAfter`. */
export function deliveryOrder(kinds: KindTable): string[] {
  const ordered = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    const before = kinds[name]?.deliverAfter;
    if (before !== undefined && before in kinds && !path.includes(before)) visit(before, [...path, name]);
    ordered.add(name);
  };
  for (const name of Object.keys(kinds)) visit(name, []);
  return [...ordered];
}

/** What podway follows within a scope, as a phrase for the log. */
export function describeKinds(kinds: KindTable, scope: SourceScope): string {
  const { namespace } = scope;
  const where = namespace === undefined ? 'all namespaces' : `namespace ${printable(namespace)}`;
  return `${enumeration(Object.entries(kinds).map((it) => describeKind(it, scope)))} in ${where}`;
}

function describeKind([name, kind]: [string, Kind<ObjectId>], scope: SourceScope): string {
  const { labelSelector, objectName } = kind.select(scope);
  const labelled = labelSelector === undefined ? '' : ` with ${printable(labelSelector)}`;
  return `${kind.plural ?? name}${labelled}${objectName === undefined ? '' : ` named ${printable(objectName)}`}`;
}
