import type { NamespaceObject } from '../wiring/namespace.ts';
import { printable, type Rejection, type RejectionReason } from '../wiring/rejection.ts';
import { type Grant, grantsOfTemplate, type GrantReading, readGrants } from './grant.ts';
import { GrantBook, type Holding, type PathMatch } from './grant-book.ts';

/** A grant from the settings. */
export interface ListedGrant extends Grant {
  readonly namespace: string;
}

export interface HostGrantsOptions {
  readonly pathMatch: PathMatch;
  /** What every namespace holds; `{namespace}` stands for its name. */
  readonly template: readonly string[];
  /** Grants from the settings. */
  readonly list: readonly ListedGrant[];
  /** podway lists Namespaces, and routes no request before the first list is complete. */
  readonly followsNamespaces: boolean;
}

export interface HostGrantsNeeds {
  /** Called with the rejections of a Namespace. */
  readonly reject: (object: string, rejections: readonly Rejection[]) => void;
  /** The current state of the Namespace. */
  readonly namespaceOf: (name: string) => NamespaceObject | undefined;
}

const MAX_REJECTIONS = 100;
const NO_GRANTS: GrantReading = { grants: [], problems: [] };

/** Hosts whose claims must be checked again because grants changed; `all`: every host. */
export type ChangedGrants = ReadonlySet<string> | 'all';

/**
 * Which namespace holds which hosts: by annotations of Namespaces, by the template, and by the list of the settings.
 * Changes are noted and take effect with the next `take`. Before Namespaces have been listed once, no namespace holds a
 * host. While Namespaces cannot be read, known grants stay.
 */
export class HostGrants {
  readonly book: GrantBook;
  readonly #options: HostGrantsOptions;
  readonly #reject: (object: string, rejections: readonly Rejection[]) => void;
  readonly #listed: ReadonlyMap<string, readonly ListedGrant[]>;
  readonly #namespaceOf: (name: string) => NamespaceObject | undefined;
  /** Number of pods of each namespace. A namespace with pods exists, even when podway does not know its Namespace. */
  readonly #pods = new Map<string, number>();
  #changed = new Set<string>();
  #isComplete: boolean;
  #isKnown = false;

  constructor(options: HostGrantsOptions, { reject, namespaceOf }: HostGrantsNeeds) {
    this.#options = options;
    this.#reject = reject;
    this.#namespaceOf = namespaceOf;
    this.book = new GrantBook(options.pathMatch);
    this.#isComplete = !options.followsNamespaces;
    this.#listed = Map.groupBy(options.list, ({ namespace }) => namespace);
    for (const namespace of this.#listed.keys()) this.#changed.add(namespace);
  }

  /** True when the first list of Namespaces is complete or is not needed. A later outage does not change this. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** True when claims can be checked. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Namespaces have been listed. */
  listed(): void {
    this.#isComplete = true;
  }

  /** The Namespace of this name was added, deleted or changed. */
  namespaceChanged(name: string): void {
    this.#changed.add(name);
  }

  /** The namespace has one pod more or less. */
  podsChanged(namespace: string, change: 1 | -1): void {
    const before = this.#pods.get(namespace) ?? 0;
    const now = before + change;
    if (now > 0) this.#pods.set(namespace, now);
    else this.#pods.delete(namespace);
    if (before > 0 !== now > 0) this.#changed.add(namespace);
  }

  /** Applies the noted changes and returns the hosts that they may concern. Yields after every Namespace. */
  *take(): Generator<void, ChangedGrants> {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const name of changed) {
      this.#read(name);
      yield;
    }
    const hosts = this.book.takeChanged();
    if (this.#isKnown || !this.#isComplete) return hosts;
    this.#isKnown = true;
    return 'all';
  }

  /** Every grant, sorted for display. */
  listing(): Holding[] {
    return this.book.listing();
  }

  #read(name: string): void {
    const namespace = this.#namespaceOf(name);
    const { defect, grants: text = '' } = namespace ?? {};
    const { grants, problems } = defect === undefined ? readGrants(text) : NO_GRANTS;
    const isThere = namespace !== undefined || this.#pods.has(name);
    const byDefault = isThere ? grantsOfTemplate(this.#options.template, name) : [];
    this.book.set(name, [...(this.#listed.get(name) ?? []), ...grants], byDefault);
    const all = defect === undefined ? problems : [{ reason: 'wrong-type' as const, detail: defect }];
    this.#reject(`Namespace/${name}`, namespace === undefined ? [] : rejectionsOf(namespace, all));
  }
}

function rejectionsOf(
  { uid, name }: NamespaceObject,
  problems: readonly { readonly reason: RejectionReason; readonly detail: string }[],
): Rejection[] {
  // The rejection is reported in the namespace itself, where its users look.
  const object = { kind: 'Namespace', uid, namespace: name, name };
  const kept = problems.slice(0, MAX_REJECTIONS);
  const dropped = problems.length - kept.length;
  const all =
    dropped > 0 ? [...kept, { reason: 'more-rejections' as const, detail: `${dropped} more` }] : kept;
  return all.map(({ reason, detail }) => ({ object, reason, detail: printable(detail) }));
}
