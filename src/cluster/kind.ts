import type { RejectionReason } from '../wiring/rejection.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import type { Selector } from '../wiring/selector.ts';
import type { FieldNames } from './api/lean-json.ts';
import type { SourceScope } from './scope.ts';

/**
 * One kind of objects that is followed or read. Everything a source has to know of it is here, so that following
 * another kind takes one more row in a table such as `KINDS`.
 */
export interface Kind<T extends ObjectId> {
  /** As an object names it: `Pod`. */
  readonly kind: string;
  /** Of its API: `apps/v1`. Absent: the core API. */
  readonly apiVersion?: string;
  /** Its plural in the API's paths, where that is not the name of the row. */
  readonly plural?: string;
  /** Its objects are in no namespace. */
  readonly clusterScoped: boolean;
  /** The API server is asked for their metadata alone (PartialObjectMetadata). */
  readonly metadataOnly?: boolean;
  /** What the API server narrows lists and watches to, beside the namespace. */
  select(scope: SourceScope): Selection;
  /** Reduces an object of the API to what is kept of it; undefined when it has no usable name. Never throws. */
  read(object: unknown, scope: SourceScope): T | undefined;
  /**
   * Fields of objects of the API that are never looked at, wherever they are, as long as they hold an object or a list: what
   * they hold is not parsed.
   */
  readonly unread?: FieldNames;
  /** Reads an object of a manifest, which no API server has validated or selected. Never throws. */
  readManifest(object: unknown, context: ManifestContext): ManifestReading<T>;
  /** Nothing that is kept differs. */
  same(a: T, b: T): boolean;
  /**
   * The kind whose first list has to be delivered before this one's is requested: what this list then lacks, it lacked at
   * that time.
   */
  readonly listAfter?: string;
  /**
   * The kind that is delivered first where both change as a whole: in one scan of a folder, and when another cluster takes
   * the place of the one that was followed.
   */
  readonly deliverAfter?: string;
  /**
   * When an object that is missing in the new state of a file counts as gone: `after-pause`, when the file is no longer
   * being written; `when-settled`, when it has not changed for a second, for objects whose absence opens something.
   */
  readonly goneFromFile: 'after-pause' | 'when-settled';
}

/** What narrows a list or a watch; undefined: nothing does. */
export interface Selection {
  /** A Kubernetes label selector. */
  readonly labelSelector?: string;
  readonly objectName?: string;
}

/** What a manifest is read with. */
export interface ManifestContext {
  readonly scope: SourceScope;
  /** The scope's label selector, parsed. */
  readonly selector: Selector;
  /** What becomes of a pod with podway's annotations and without the label; absent: it is reported. */
  readonly absentLabels?: 'passed-over';
  /** Called with a printable description of every object that no row reads. */
  readonly passedOver?: (kind: string, apiVersion: string) => void;
}

/** What became of one object of a manifest. */
export interface ManifestReading<T extends ObjectId> {
  /** Undefined when it is out of scope, or cannot be used. */
  readonly object?: T | undefined;
  /** It has no usable name. */
  readonly nameless?: boolean;
  /** It may be meant as the Secret of its namespace, and cannot be used as that. */
  readonly suspect?: SuspectReason | undefined;
}

export interface SuspectReason {
  readonly reason: Extract<RejectionReason, 'not-understood' | 'wrong-type'>;
  /** Why, and which part of the document; nothing of a Secret's values. */
  readonly why: string;
}

/** Kinds by the names of their rows, which metrics and the log use. */
export type KindTable = Readonly<Record<string, Kind<ObjectId>>>;

/** What is kept of the objects of a kind. */
export type ObjectOf<R> = R extends Kind<infer T> ? T : never;
