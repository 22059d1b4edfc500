import type { ClusterEvent } from '../inventory/event.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import { enumeration } from '../wiring/enumeration.ts';
import { printable } from '../wiring/rejection.ts';
import type { Kind, KindTable, ObjectOf } from './kind.ts';
import { PODS } from './kinds/pods.ts';
import { SECRETS } from './kinds/secrets.ts';
import type { SourceScope } from './scope.ts';

/** The kinds that podway follows, by their plural names. What delivers, reports or counts them is derived from here. */
export const KINDS = { pods: PODS, secrets: SECRETS };

/** Any table that a source can follow has these kinds at least. */
export type Kinds = typeof KINDS;

/** `pods`, `secrets`. */
export type KindName<T extends KindTable = Kinds> = keyof T & string;

/** One event of one kind, typed by it. */
export type SourceEvent<T extends KindTable = Kinds, K extends keyof T = keyof T> = {
  readonly [Name in K]: {
    readonly kind: Name;
    readonly event: ClusterEvent<ObjectOf<T[Name]>>;
    /** When the source received it, in milliseconds of `performance.now()`. */
    readonly receivedAt: number;
  };
}[K];

/** What takes the events of each kind. */
export type KindHandlers<T extends KindTable = Kinds> = {
  readonly [Name in keyof T]: (event: ClusterEvent<ObjectOf<T[Name]>>) => void;
};

/** Gives an event to the handler of its kind. */
export function deliver<K extends keyof Kinds>(
  handlers: KindHandlers,
  { kind, event }: SourceEvent<Kinds, K>,
): void {
  handlers[kind](event);
}

/** The names of a table's kinds, each after the one that it is delivered after. */
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

/** What is followed within a scope, as a phrase for the log. */
export function describeKinds(kinds: KindTable, scope: SourceScope): string {
  const { namespace } = scope;
  const where = namespace === undefined ? 'all namespaces' : `namespace ${printable(namespace)}`;
  return `${enumeration(Object.entries(kinds).map((it) => describeKind(it, scope)))} in ${where}`;
}

function describeKind([name, kind]: [string, Kind<ObjectId>], scope: SourceScope): string {
  const { labelSelector, objectName } = kind.select(scope);
  const labelled = labelSelector === undefined ? '' : ` with ${printable(labelSelector)}`;
  return `${name}${labelled}${objectName === undefined ? '' : ` named ${printable(objectName)}`}`;
}
