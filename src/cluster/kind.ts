import type { RejectionReason } from '../wiring/rejection.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import type { Selector } from '../wiring/selector.ts';
import type { FieldNames } from './api/lean-json.ts';
import type { SourceScope } from './scope.ts';

/**
 * One kind of objects that podway follows or reads. Everything that a source has to know about the kind is here, so
 * that another kind takes one more row in a table such as `KINDS`.
 */
export interface Kind<T extends ObjectId> {
  /** As in an object: `Pod`. */
  readonly kind: string;
  /** Such as `apps/v1`; absent for the core API. */
  readonly apiVersion?: string;
  /** Plural in the API's paths, if it is not the name of the row. */
  readonly plural?: string;
  /** Its objects belong to no namespace. */
  readonly clusterScoped: boolean;
  /** podway requests only their metadata (PartialObjectMetadata). */
  readonly metadataOnly?: boolean;
  /** How the API server narrows lists and watches, besides the namespace. */
  select(scope: SourceScope): Selection;
  /** Reduces an object of the API to what podway keeps of it; undefined if it has no usable name. Never throws. */
  read(object: unknown, scope: SourceScope): T | undefined;
  /**
   * Names of fields that podway never reads, at any depth. If such a field holds an object or a list, podway does not
   * parse the value.
   */
  readonly unread?: FieldNames;
  /** Reads an object of a manifest, which no API server has validated or selected. Never throws. */
  readManifest(object: unknown, context: ManifestContext): ManifestReading<T>;
  /** Whether everything that podway keeps is equal. */
  same(a: T, b: T): boolean;
  /**
   * The kind whose first list must be delivered before podway requests the first list of this kind. So this kind's list
   * is the newer one, and proves which objects were missing after that delivery.
   */
  readonly listAfter?: string;
  /**
   * The kind that is delivered first if both change as a whole: in one scan of a folder, or when podway changes to
   * another cluster.
   */
  readonly deliverAfter?: string;
  /**
   * When an object that is missing in a new state of a file counts as gone. `after-pause`: when the file is no longer
   * being written. `when-settled`: when the file has not changed for a second, for objects whose absence opens
   * something.
   */
  readonly goneFromFile: 'after-pause' | 'when-settled';
}

/** What narrows a list or a watch. An absent field does not narrow it. */
export interface Selection {
  /** A Kubernetes label selector. */
  readonly labelSelector?: string;
  readonly objectName?: string;
}

/** What podway needs to read a manifest. */
export interface ManifestContext {
  readonly scope: SourceScope;
  /** The scope's label selector, parsed. */
  readonly selector: Selector;
  /** `passed-over`: podway does not report a pod with its annotations and without the label; absent: it does. */
  readonly absentLabels?: 'passed-over';
  /** Called with the printable kind and apiVersion of every object that no row reads. */
  readonly passedOver?: (kind: string, apiVersion: string) => void;
}

/** The result of reading one object of a manifest. */
export interface ManifestReading<T extends ObjectId> {
  /** Undefined if the object is out of scope or cannot be used. */
  readonly object?: T | undefined;
  /** The object has no usable name. */
  readonly nameless?: boolean;
  /** The object may be meant as the Secret of its namespace, but cannot be used as such. */
  readonly suspect?: SuspectReason | undefined;
}

export interface SuspectReason {
  readonly reason: Extract<RejectionReason, 'not-understood' | 'wrong-type'>;
  /** Why, and in which part of the document; contains no value of a Secret. */
  readonly detail: string;
}

/** Kinds by the name of their row, which metrics and the log use. */
export type KindTable = Readonly<Record<string, Kind<ObjectId>>>;

/** What podway keeps of the objects of a kind. */
export type ObjectOf<R> = R extends Kind<infer T> ? T : never;
