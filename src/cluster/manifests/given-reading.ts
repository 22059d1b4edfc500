import { setImmediate as turn } from 'node:timers/promises';
import type { ObjectId } from '../../wiring/object-id.ts';
import { readIdentity } from '../../wiring/json.ts';
import type { Kind, KindTable, ManifestContext } from '../kind.ts';
import { WORKLOADS } from '../workloads/workload.ts';
import { type TrackedFile, trackFileAtStart } from './tracked-file.ts';
import { type DocumentContents, documentContents } from './document-contents.ts';
import { decodeText } from './file-text.ts';
import type { GivenText } from './given-text.ts';
import { type FileProblem, gather, UNREAD } from './manifest-file.ts';
import { parseDocument } from './read-documents.ts';
import { splitDocuments } from './split-documents.ts';
import { mayHideSecret } from './suspect.ts';

export interface GivenOptions {
  /** Kinds to read besides workloads: pods with their owners, Secrets. */
  readonly kinds: KindTable;
  readonly context: ManifestContext;
  /** Namespace of objects that name none. */
  readonly defaultNamespace: string;
  /** Cancels the reading. */
  readonly signal: AbortSignal;
}

/** Milliseconds without a check of signals. */
const MAX_TURN_TIME = 50;

const NOTHING_GIVEN = { reason: 'empty-file', detail: 'expected manifests, found nothing' } as const;

/** Reads the documents of texts, one after the other. */
export class GivenReading {
  readonly options: GivenOptions;
  readonly files = new Map<string, TrackedFile>();
  /** Number of objects of kinds without routes, by kind. */
  readonly passedOver = new Map<string, number>();
  /** Kinds including workloads; each object gets the namespace where it would be applied. */
  readonly kinds: KindTable;
  /** Number of parts that are not manifests. */
  broken = 0;
  readonly #elsewhere = new WeakSet<object>();
  #countElsewhere = 0;
  #isEmpty = true;

  constructor(options: GivenOptions) {
    this.options = options;
    this.kinds = this.#placed({ ...WORKLOADS, ...options.kinds });
  }

  /** Number of objects in namespaces that podway does not look at. */
  get elsewhere(): number {
    return this.#countElsewhere;
  }

  /**
   * Reads all texts; `signal` takes effect between two documents.
   *
   * @throws AbortError
   */
  async read(texts: readonly GivenText[]): Promise<void> {
    for (const [at, text] of texts.entries()) await this.#read(text, at);
    if (this.#isEmpty && this.broken === 0)
      this.#spoil(texts.map(({ where }) => where).join(', '), NOTHING_GIVEN, false);
  }

  async #read({ where, bytes }: GivenText, at: number): Promise<void> {
    const context: ManifestContext = {
      ...this.options.context,
      passedOver: (kind, apiVersion) => {
        const isKnown = Object.values(this.kinds).some((it) => it.kind === kind);
        const named = isKnown ? `${kind} (${apiVersion})` : kind;
        this.passedOver.set(named, (this.passedOver.get(named) ?? 0) + 1);
      },
    };
    const read: DocumentContents[][] = [];
    let since = performance.now();
    for (const [index, document] of splitDocuments(decodeText(bytes)).entries()) {
      const parsed = parseDocument(document);
      if ('values' in parsed) {
        read.push(parsed.values.map((it) => documentContents(it, this.kinds, context)));
      } else {
        const detail = `line ${document.line + parsed.line}, column ${parsed.column}: ${parsed.expected}`;
        const hides = mayHideSecret(document.text, context.scope);
        this.#spoil(`${where}, document ${index + 1}`, { reason: 'syntax', detail }, hides);
        read.push([]);
      }
      if (performance.now() - since < MAX_TURN_TIME) continue;
      await turn(undefined, { signal: this.options.signal });
      since = performance.now();
    }
    this.#isEmpty &&= read.flat().every(({ empty }) => empty);
    // The same file may be given twice.
    const name = this.files.has(where) ? `${where} (${at + 1})` : where;
    this.files.set(name, trackFileAtStart({ ...UNREAD, ...gather(read), mayHideSecret: false }));
  }

  #spoil(where: string, problem: FileProblem, mayHideSecret: boolean): void {
    this.broken += 1;
    this.files.set(where, trackFileAtStart({ ...UNREAD, problems: [problem], mayHideSecret }));
  }

  /** Counts an object of a namespace that podway does not look at, once even if several rows read it. */
  #passOver(object: unknown): void {
    if (typeof object !== 'object' || object === null || this.#elsewhere.has(object)) return;
    this.#elsewhere.add(object);
    this.#countElsewhere += 1;
  }

  /** The same kinds, with each object in the namespace where it would be applied. */
  #placed(kinds: KindTable): KindTable {
    const { defaultNamespace, context } = this.options;
    const { namespace: only } = context.scope;
    const placed = (kind: Kind<ObjectId>): Kind<ObjectId> => {
      if (kind.clusterScoped) return kind;
      return {
        ...kind,
        readManifest: (object, context) => {
          const whole = inNamespace(object, defaultNamespace);
          if (only !== undefined && (readIdentity(whole)?.namespace ?? only) !== only) this.#passOver(object);
          return kind.readManifest(whole, context);
        },
      };
    };
    return Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, placed(kind)]));
  }
}

/** Adds the namespace of the context to an object that names none, as kubectl does. */
function inNamespace(object: unknown, namespace: string): unknown {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return object;
  const { metadata } = object;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return object;
  const written = 'namespace' in metadata ? metadata.namespace : undefined;
  const isWritten = written !== undefined && written !== null && written !== '';
  return isWritten ? object : { ...object, metadata: { ...metadata, namespace } };
}
