import { own, ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import type { Kind, KindTable, ManifestContext, SuspectReason } from '../kind.ts';
import type { Contents, Suspect } from './selected.ts';
import { kindProblem, suspectedSecret } from './suspect.ts';

/** What one document says that concerns podway. Plain values, so that another thread can send them. */
export interface DocumentContents extends Contents {
  /** Parts that are not Kubernetes objects; the other parts are valid. */
  readonly invalid: readonly Invalid[];
  readonly nameless: number;
  /** The document has nothing but comments. */
  readonly empty: boolean;
}

interface Invalid {
  /** The item of a list, by its position in this list and in the lists around it; empty for the document as a whole. */
  readonly item: string;
  readonly what: string;
}

/** Maximum depth of lists within lists. kubectl refuses such lists altogether. */
const MAX_LISTS = 8;

/**
 * The objects of a document that are in scope, from single objects and lists. Skips kinds that podway does not follow.
 * Never throws.
 */
export function documentContents(
  document: unknown,
  kinds: KindTable,
  context: ManifestContext,
): DocumentContents {
  const collector = new Collector(kinds, context);
  collector.add(document, { item: '', depth: 0, apiVersion: undefined, kind: undefined });
  return collector.contents(document === null || document === undefined);
}

interface Place {
  readonly item: string;
  readonly depth: number;
  /**
   * The apiVersion that the list around the item gives to items without one, as in a PodList of the API; `kind`
   * likewise.
   */
  readonly apiVersion: string | undefined;
  readonly kind: string | undefined;
}

class Collector {
  readonly #kinds: KindTable;
  readonly #context: ManifestContext;
  readonly #objects: Record<string, ObjectId[]> = {};
  readonly #suspects: Suspect[] = [];
  readonly #invalid: Invalid[] = [];
  /** Aliases can make a list an item of itself, and of many other lists. */
  readonly #lists = new Set<unknown>();
  #nameless = 0;

  constructor(kinds: KindTable, context: ManifestContext) {
    this.#kinds = kinds;
    this.#context = context;
  }

  contents(empty: boolean): DocumentContents {
    return {
      objects: this.#objects,
      suspects: this.#suspects,
      invalid: this.#invalid,
      nameless: this.#nameless,
      empty,
    };
  }

  add(object: unknown, place: Place): void {
    // An empty document, such as before a leading `---`.
    if ((object === null || object === undefined) && place.item === '') return;
    const kind = ownString(object, 'kind') ?? place.kind;
    const apiVersion = ownString(object, 'apiVersion') ?? place.apiVersion;
    if (Array.isArray(object)) return this.#refuseAll(object, place);
    const items = own(object, 'items');
    // kubectl treats every object with items as a list, regardless of its kind.
    if (Array.isArray(items) || kind?.endsWith('List') === true) {
      if (kind === undefined || apiVersion === undefined) return this.#refuseAll(items, place);
      return this.#addItems(object, items ?? [], { ...place, apiVersion, kind });
    }
    const problem = kindProblem(apiVersion, kind);
    const rows = Object.entries(this.#kinds).filter(
      ([, it]) => it.kind === kind && (it.apiVersion ?? 'v1') === apiVersion,
    );
    if (problem !== undefined) this.#refuse(object, problem, place);
    else if (rows.length > 0) for (const row of rows) this.#addObject(row, object, place);
    else {
      const named = printable(kind ?? '');
      this.#context.passedOver?.(named, printable(apiVersion ?? ''));
      this.#suspect(object, { reason: 'not-understood', detail: `is of kind ${named}` }, place);
    }
  }

  /** Refuses the items of something that kubectl does not accept as a list. */
  #refuseAll(items: unknown, place: Place): void {
    const what = 'has no apiVersion and kind';
    this.#invalid.push({ item: place.item, what });
    if (!Array.isArray(items)) return;
    for (const item of items)
      this.#suspect(item, { reason: 'not-understood', detail: `is in a list that ${what}` }, place);
  }

  #refuse(object: unknown, what: string, place: Place): void {
    if (!this.#suspect(object, { reason: 'not-understood', detail: what }, place)) {
      this.#invalid.push({ item: place.item, what });
    }
  }

  #addItems(list: unknown, items: unknown, { item, depth, apiVersion, kind = '' }: Place): void {
    if (!Array.isArray(items)) {
      this.#invalid.push({ item, what: 'has items that are not a list' });
      if (typeof items === 'object' && /^(Secret)?List$/.test(kind))
        this.#unplaced('has items that are not a list', item);
      return;
    }
    if (this.#lists.has(list)) return;
    this.#lists.add(list);
    if (depth > MAX_LISTS) {
      const what = `is a list in more than ${MAX_LISTS} others`;
      this.#invalid.push({ item, what });
      return this.#unplaced(what, item);
    }
    const itemKind = kind.replace(/List$/, '') || undefined;
    for (const [index, one] of items.entries()) {
      const place = item === '' ? String(index + 1) : `${index + 1} of item ${item}`;
      this.add(one ?? {}, { item: place, depth: depth + 1, apiVersion, kind: itemKind });
    }
  }

  #addObject([name, kind]: [string, Kind<ObjectId>], object: unknown, place: Place): void {
    const { object: found, nameless, suspect } = kind.readManifest(object, this.#context);
    if (nameless === true) this.#nameless += 1;
    if (suspect !== undefined) this.#suspect(object, suspect, place);
    if (found !== undefined) (this.#objects[name] ??= []).push(found);
  }

  #unplaced(why: string, item: string): void {
    this.#suspects.push({ namespace: undefined, reason: 'not-understood', detail: inItem(why, item) });
  }

  #suspect(object: unknown, { reason, detail }: SuspectReason, { item }: Place): boolean {
    const found = suspectedSecret(object, this.#context.scope);
    if (found !== undefined) this.#suspects.push({ ...found, reason, detail: inItem(detail, item) });
    return found !== undefined;
  }
}

function inItem(detail: string, item: string): string {
  return item === '' ? detail : `item ${item} ${detail}`;
}
