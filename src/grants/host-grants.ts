import type { NamespaceObject } from '../wiring/namespace.ts';
import { printable, type Rejection, type RejectionReason } from '../wiring/rejection.ts';
import { type Grant, grantsOfTemplate, type GrantReading, readGrants } from './grant.ts';
import { GrantBook, type Holding, type PathMatch } from './grant-book.ts';

/** A grant of the settings. */
export interface ListedGrant extends Grant {
  readonly namespace: string;
}

export interface HostGrantsOptions {
  readonly pathMatch: PathMatch;
  /** What every namespace holds: `{namespace}` stands for its name. */
  readonly template: readonly string[];
  /** What settings grant. */
  readonly list: readonly ListedGrant[];
  /** Namespaces are listed, and nothing is routed before. */
  readonly followsNamespaces: boolean;
}

export interface HostGrantsNeeds {
  /** Called with what is rejected of a Namespace. */
  readonly reject: (object: string, rejections: readonly Rejection[]) => void;
  /** The Namespace, as it is now. */
  readonly namespaceOf: (name: string) => NamespaceObject | undefined;
}

const MAX_REJECTIONS = 100;
const NOTHING: GrantReading = { grants: [], problems: [] };

/** What changed: hosts whose claims may be judged otherwise now; `all` of them. */
export type ChangedGrants = ReadonlySet<string> | 'all';

/**
 * Which namespace holds which hosts: by annotations of Namespaces, by the template, and by the list of the settings.
 * Changes are noted and count from the next `take`. Until Namespaces have been listed once, no namespace holds anything;
 * what was known stays while they cannot be read.
 */
export class HostGrants {
  readonly book: GrantBook;
  readonly #options: HostGrantsOptions;
  readonly #reject: (object: string, rejections: readonly Rejection[]) => void;
  readonly #listed: ReadonlyMap<string, readonly ListedGrant[]>;
  readonly #namespaceOf: (name: string) => NamespaceObject | undefined;
  /** Pods of each namespace: one that has some is there, whether its Namespace is known or not. */
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

  /** Nothing is missing for want of a first list; a later outage does not take it back. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Claims can be judged. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Namespaces have been listed. */
  listed(): void {
    this.#isComplete = true;
  }

  /** The Namespace of this name came, went or differs. */
  namespaceChanged(name: string): void {
    this.#changed.add(name);
  }

  /** A namespace has a pod more or less. */
  podsChanged(namespace: string, change: 1 | -1): void {
    const before = this.#pods.get(namespace) ?? 0;
    const now = before + change;
    if (now > 0) this.#pods.set(namespace, now);
    else this.#pods.delete(namespace);
    if (before > 0 !== now > 0) this.#changed.add(namespace);
  }

  /** Takes the present state, and says for which hosts that may matter. Yields after every namespace. */
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

  /** Every grant, sorted for people. */
  listing(): Holding[] {
    return this.book.listing();
  }

  #read(name: string): void {
    const namespace = this.#namespaceOf(name);
    const { defect, grants: text = '' } = namespace ?? {};
    const { grants, problems } = defect === undefined ? readGrants(text) : NOTHING;
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
  // Reported where the users of the namespace look.
  const object = { kind: 'Namespace', uid, namespace: name, name };
  const kept = problems.slice(0, MAX_REJECTIONS);
  const dropped = problems.length - kept.length;
  const all =
    dropped > 0 ? [...kept, { reason: 'more-rejections' as const, detail: `${dropped} more` }] : kept;
  return all.map(({ reason, detail }) => ({ object, reason, detail: printable(detail) }));
}
