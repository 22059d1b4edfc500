import { readIdentity } from '../../wiring/json.ts';
import { WORKLOADS, type Workload } from '../workloads/workload.ts';
import type { OwnedPod } from '../workloads/owned-pods.ts';
import type { Controller } from '../workloads/controller.ts';
import type { Kind, KindTable, ManifestContext } from '../kind.ts';
import type { SourceProblem } from '../source.ts';
import { type BelievedFile, believeAtStart } from './believe.ts';
import { type DocumentContents, documentContents } from './document-contents.ts';
import { decodeText } from './file-text.ts';
import { type FolderState, mergeFiles } from './folder-state.ts';
import type { GivenText } from './given-text.ts';
import { type FileProblem, gather, UNREAD } from './manifest-file.ts';
import { parseDocument } from './read-documents.ts';
import { filterObjects } from './selected.ts';
import { splitDocuments } from './split-documents.ts';
import { mayHideSecret } from './suspect.ts';
import type { ObjectId } from '../../wiring/object-id.ts';

export interface GivenOptions {
  /** What is read beside workloads: pods with their owners, Secrets. */
  readonly kinds: KindTable;
  readonly context: ManifestContext;
  /** Of objects that name none. */
  readonly defaultNamespace: string;
}

const NOTHING_GIVEN = { reason: 'empty-file', detail: 'expected manifests, found nothing' } as const;

/** Names an object with its kind; no part of it holds a slash. */
export function kindKey({ kind, namespace, name }: Controller & { readonly namespace: string }): string {
  return `${kind}/${namespace}/${name}`;
}

/** Manifests that are read once, as they would be applied: pods, Secrets, and what makes pods. */
export class GivenManifests {
  /** Those that no other given object makes. */
  readonly workloads: readonly Workload[];
  /** All that is wrong, in the order of the files. */
  readonly problems: readonly SourceProblem[];
  /** A part of it is no manifest, so that nobody can say what all of it would do. */
  readonly unreadable: boolean;
  /** Objects that say nothing of routes, by their kind. */
  readonly passedOver = new Map<string, number>();
  readonly #options: GivenOptions;
  readonly #workloads: ReadonlyMap<string, Workload>;
  #files = new Map<string, BelievedFile>();
  readonly #elsewhere = new WeakSet<object>();
  #countElsewhere = 0;
  #isEmpty = true;
  #broken = 0;

  constructor(texts: readonly GivenText[], options: GivenOptions) {
    this.#options = options;
    const kinds = this.#placed({ ...WORKLOADS, ...options.kinds });
    texts.forEach((text, at) => this.#read(text, at, kinds));
    if (this.#isEmpty && this.#broken === 0)
      this.#spoil(texts.map(({ where }) => where).join(', '), NOTHING_GIVEN, false);
    const merged = this.#merge(this.#files, kinds);
    this.problems = merged.problems;
    this.unreadable = this.#broken > 0;
    const all = Object.keys(WORKLOADS).flatMap((name) => [...(merged.objects[name]?.values() ?? [])]);
    this.#workloads = new Map((all as Workload[]).map((it) => [kindKey(it), it]));
    this.workloads = [...this.#workloads.values()].filter((it) => !this.has(it.controller, it.namespace));
  }

  /** Objects of namespaces that are not looked at. */
  get elsewhere(): number {
    return this.#countElsewhere;
  }

  /** A workload of this name is given. */
  has(controller: Controller | undefined, namespace: string): boolean {
    return controller !== undefined && this.#workloads.has(kindKey({ ...controller, namespace }));
  }

  /** The template that a workload's pods are made from; undefined where it is another's, which is not given. */
  templateOf({
    template,
    templateOf: name,
    namespace,
  }: Workload): { readonly template: unknown } | undefined {
    if (name === undefined) return { template };
    return this.#workloads.get(kindKey({ kind: 'Deployment', namespace, name }));
  }

  /** Pods and Secrets, with the pods of workloads among them. */
  objects(made: readonly OwnedPod[]): FolderState['objects'] {
    const files = new Map<string, BelievedFile>();
    const isOwn = (kind: string, object: ObjectId) =>
      kind !== 'pods' || !this.has((object as OwnedPod).controller, object.namespace);
    for (const [name, file] of this.#files) {
      const { contents } = file;
      const objects = contents && filterObjects(contents.objects, isOwn);
      files.set(name, contents && objects ? { ...file, contents: { ...contents, objects } } : file);
    }
    // No file has this name.
    const contents = { objects: { pods: made }, suspects: [] };
    files.set('', believeAtStart({ ...UNREAD, contents, mayHideSecret: false }));
    return this.#merge(files, this.#options.kinds).objects;
  }

  #merge(files: ReadonlyMap<string, BelievedFile>, kinds: KindTable): FolderState {
    const { secretName, namespace } = this.#options.context.scope;
    return mergeFiles(files, { kinds, secretName, namespace, familiar: undefined });
  }

  #read({ where, bytes }: GivenText, at: number, kinds: KindTable): void {
    const context: ManifestContext = {
      ...this.#options.context,
      passedOver: (kind, apiVersion) => {
        const isKnown = Object.values(kinds).some((it) => it.kind === kind);
        const named = isKnown ? `${kind} (${apiVersion})` : kind;
        this.passedOver.set(named, (this.passedOver.get(named) ?? 0) + 1);
      },
    };
    const documents = splitDocuments(decodeText(bytes));
    const read: DocumentContents[][] = documents.map((document, index) => {
      const parsed = parseDocument(document);
      if ('values' in parsed) return parsed.values.map((it) => documentContents(it, kinds, context));
      const detail = `line ${document.line + parsed.line}, column ${parsed.column}: ${parsed.expected}`;
      const hides = mayHideSecret(document.text, context.scope);
      this.#spoil(`${where}, document ${index + 1}`, { reason: 'syntax', detail }, hides);
      return [];
    });
    this.#isEmpty &&= read.flat().every(({ empty }) => empty);
    // A file may be given twice.
    const name = this.#files.has(where) ? `${where} (${at + 1})` : where;
    this.#files.set(name, believeAtStart({ ...UNREAD, ...gather(read), mayHideSecret: false }));
  }

  #spoil(where: string, problem: FileProblem, mayHideSecret: boolean): void {
    this.#broken += 1;
    this.#files.set(where, believeAtStart({ ...UNREAD, problems: [problem], mayHideSecret }));
  }

  /** Counts an object of a namespace that is not looked at; several rows may read it. */
  #passOver(object: unknown): void {
    if (typeof object !== 'object' || object === null || this.#elsewhere.has(object)) return;
    this.#elsewhere.add(object);
    this.#countElsewhere += 1;
  }

  /** The same kinds, whose objects are in the namespace where they would be applied. */
  #placed(kinds: KindTable): KindTable {
    const { defaultNamespace, context } = this.#options;
    const { namespace: only } = context.scope;
    const placed = (kind: Kind<ObjectId>): Kind<ObjectId> => ({
      ...kind,
      readManifest: (object, context) => {
        const whole = inNamespace(object, defaultNamespace);
        if (only !== undefined && (readIdentity(whole)?.namespace ?? only) !== only) this.#passOver(object);
        return kind.readManifest(whole, context);
      },
    });
    return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, placed(kind)]));
  }
}

/** As kubectl puts an object that names no namespace into that of its context. */
function inNamespace(object: unknown, namespace: string): unknown {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return object;
  const { metadata } = object;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return object;
  const said = 'namespace' in metadata ? metadata.namespace : undefined;
  const isSaid = said !== undefined && said !== null && said !== '';
  return isSaid ? object : { ...object, metadata: { ...metadata, namespace } };
}
