import { own, ownString } from '../../wiring/json.ts';
import { type Pod, readPod } from '../../wiring/pod.ts';
import { printable } from '../../wiring/rejection.ts';
import { readSecret, type NamespaceSecret } from '../../wiring/secret.ts';
import type { Selector } from '../../wiring/selector.ts';
import { wrongType } from '../../wiring/wrong-type.ts';
import type { SourceScope } from '../scope.ts';
import type { Contents, Suspect } from './selected.ts';
import { kindProblem, suspected } from './suspect.ts';

/** What one document says that concerns us. Plain values, so that another thread can tell them. */
export interface DocumentContents extends Contents {
  /** Parts that are no Kubernetes objects; the others are good. */
  readonly invalid: readonly Invalid[];
  readonly nameless: number;
  /** Nothing at all but comments. */
  readonly empty: boolean;
}

interface Invalid {
  /** The item of a list, by its place in it and those of the lists around it; empty for the document as a whole. */
  readonly item: string;
  readonly what: string;
}

/** How deep lists may be within lists. kubectl refuses them altogether. */
const MAX_LISTS = 8;

/** The Pods and Secrets in scope of a document: single objects and lists. Other kinds are passed over. Never throws. */
export function documentContents(
  document: unknown,
  scope: SourceScope,
  selector: Selector,
): DocumentContents {
  const collector = new Collector(scope, selector);
  collector.add(document, { item: '', depth: 0, apiVersion: undefined, kind: undefined });
  return collector.contents(document === null || document === undefined);
}

interface Place {
  readonly item: string;
  readonly depth: number;
  /** What the list around it says for items that do not say it themselves, as in a PodList of the API. */
  readonly apiVersion: string | undefined;
  readonly kind: string | undefined;
}

class Collector {
  readonly #scope: SourceScope;
  readonly #selector: Selector;
  readonly #pods: Pod[] = [];
  readonly #secrets: NamespaceSecret[] = [];
  readonly #suspects: Suspect[] = [];
  readonly #invalid: Invalid[] = [];
  /** Aliases can make a list an item of itself, and of many others. */
  readonly #lists = new Set<unknown>();
  #nameless = 0;

  constructor(scope: SourceScope, selector: Selector) {
    this.#scope = scope;
    this.#selector = selector;
  }

  contents(empty: boolean): DocumentContents {
    return {
      pods: this.#pods,
      secrets: this.#secrets,
      suspects: this.#suspects,
      invalid: this.#invalid,
      nameless: this.#nameless,
      empty,
    };
  }

  add(object: unknown, place: Place): void {
    // An empty document, as before a leading `---`.
    if ((object === null || object === undefined) && place.item === '') return;
    const kind = ownString(object, 'kind') ?? place.kind;
    const apiVersion = ownString(object, 'apiVersion') ?? place.apiVersion;
    if (Array.isArray(object)) return this.#refuseAll(object, place);
    const items = own(object, 'items');
    // Anything with items is a list to kubectl, whatever its kind.
    if (Array.isArray(items) || kind?.endsWith('List') === true) {
      if (kind === undefined || apiVersion === undefined) return this.#refuseAll(items, place);
      return this.#addItems(object, items ?? [], { ...place, apiVersion, kind });
    }
    const problem = kindProblem(apiVersion, kind);
    if (problem !== undefined) this.#refuse(object, problem, place);
    else if (apiVersion === 'v1' && kind === 'Pod') this.#addPod(object);
    else if (apiVersion === 'v1' && kind === 'Secret') this.#addSecret(object, place);
    else
      this.#suspect(object, { reason: 'not-understood', why: `is of kind ${printable(kind ?? '')}` }, place);
  }

  /** Things in a list that is none to kubectl. */
  #refuseAll(items: unknown, place: Place): void {
    const what = 'has no apiVersion and kind';
    this.#invalid.push({ item: place.item, what });
    if (!Array.isArray(items)) return;
    for (const item of items)
      this.#suspect(item, { reason: 'not-understood', why: `is in a list that ${what}` }, place);
  }

  #refuse(object: unknown, what: string, place: Place): void {
    if (!this.#suspect(object, { reason: 'not-understood', why: what }, place)) {
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
    if (depth > MAX_LISTS) return this.#unplaced(`is a list in more than ${MAX_LISTS} others`, item);
    this.#lists.add(list);
    const itemKind = kind.replace(/List$/, '') || undefined;
    for (const [index, one] of items.entries()) {
      const place = item === '' ? String(index + 1) : `${index + 1} of item ${item}`;
      this.add(one ?? {}, { item: place, depth: depth + 1, apiVersion, kind: itemKind });
    }
  }

  #addPod(object: unknown): void {
    const { annotations, namespace } = this.#scope;
    const why = wrongType('Pod', object);
    const pod =
      why === undefined ? readPod(object, annotations, { assumeRunning: true }) : defective(object, why);
    if (pod === undefined) this.#nameless += 1;
    else if (namespace === undefined || pod.namespace === namespace) {
      if (isMeant(object, this.#selector, annotations.hosts)) this.#pods.push(pod);
    }
  }

  #addSecret(object: unknown, place: Place): void {
    const { namespace, secretName, secretField } = this.#scope;
    const why = wrongType('Secret', object);
    if (why !== undefined) {
      this.#suspect(object, { reason: 'wrong-type', why }, place);
      return;
    }
    const secret = readSecret(object, secretField);
    if (secret === undefined) {
      this.#nameless += 1;
      this.#suspect(object, { reason: 'not-understood', why: 'has no usable metadata.name' }, place);
      return;
    }
    const understood =
      secret.name === secretName && secret.namespace === secret.namespace.trim().toLowerCase();
    if (!understood)
      this.#suspect(object, { reason: 'not-understood', why: 'has a name or namespace in capitals' }, place);
    if (secret.name === secretName && (namespace === undefined || secret.namespace === namespace))
      this.#secrets.push(secret);
  }

  #unplaced(why: string, item: string): void {
    this.#suspects.push({ namespace: undefined, reason: 'not-understood', why: inItem(why, item) });
  }

  #suspect(object: unknown, { reason, why }: Omit<Suspect, 'namespace'>, { item }: Place): boolean {
    const found = suspected(object, this.#scope);
    if (found !== undefined) this.#suspects.push({ ...found, reason, why: inItem(why, item) });
    return found !== undefined;
  }
}

function inItem(why: string, item: string): string {
  return item === '' ? why : `item ${item} ${why}`;
}

/** A Pod that the API server would refuse: it is told of under what it calls itself, and not routed. */
function defective(object: unknown, defect: string): Pod | undefined {
  const metadata = own(object, 'metadata');
  const [name, namespace] = ['name', 'namespace'].map((key) => printable(scalarText(own(metadata, key))));
  const names = { hosts: '', paths: '' };
  const pod = readPod({ metadata: { name: name || 'nameless', namespace } }, names);
  return pod === undefined ? undefined : { ...pod, defect };
}

/**
 * Whether a selector means this pod. Values that are no text count as what they look like: who writes `routable: true`
 * wants the pod routed, and is to be told why it is not.
 */
function isMeant(object: unknown, selector: Selector, hosts: string): boolean {
  const metadata = own(object, 'metadata');
  const labels = own(metadata, 'labels') ?? {};
  if (typeof labels !== 'object' || Array.isArray(labels))
    return own(own(metadata, 'annotations'), hosts) !== undefined;
  return selector.matches(new Map(Object.keys(labels).map((key) => [key, scalarText(own(labels, key))])));
}

/** Empty for what is no scalar. */
function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
