import type { EndpointCondition, RouteName } from './delta.ts';

/** An object of the cluster, and what happened to it. */
export interface Cause {
  /** Kind as the API names it; `podway` if the cause is not an object (see `timer`). */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /**
   * `listed`: podway got a whole list, and the causes after it are the objects that differ; the first list stands for
   * all its objects. `timer`: an answer to a question about keys, the end of a wait, a certificate that becomes valid
   * or expires, or a file.
   */
  readonly event: 'added' | 'changed' | 'deleted' | 'listed' | 'timer';
}

/** A port of a pod that was added, removed or changed. */
export interface ChangedEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** The condition after the change; the last condition if the port was removed. */
  readonly condition: EndpointCondition;
  /** The condition before; absent if it is the same, or there was none. */
  readonly was?: EndpointCondition;
  /** The pod's options before and after; absent if they are the same. Values that may be secret are left out. */
  readonly options?: { readonly was: string; readonly now: string };
}

/** An object of which podway rejects something. */
export interface ChangedRejection {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  readonly detail: string;
}

/**
 * One published change: what was added and removed, and why. Each list has only its first items; `more` is the number
 * of the others.
 */
export interface HistoryEntry {
  /** Revision of the table after the change; the same as before if only rejections have changed. */
  readonly revision: number;
  /** Number of the entry; entries are in this order. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** podway routes requests; before that it answers all of them with 503. */
  readonly synced: boolean;
  readonly causes: readonly Cause[];
  readonly moreCauses: number;
  readonly routes: {
    readonly added: readonly RouteName[];
    readonly removed: readonly RouteName[];
    readonly more: number;
  };
  readonly endpoints: {
    readonly added: readonly ChangedEndpoint[];
    readonly removed: readonly ChangedEndpoint[];
    readonly changed: readonly ChangedEndpoint[];
    readonly more: number;
  };
  /** Namespaces whose keys have changed, were removed or became unknown. The keys themselves are never included. */
  readonly keys: Readonly<Record<string, KeyCondition>>;
  readonly moreKeys: number;
  /** Hosts whose certificates have changed. */
  readonly certificates: readonly string[];
  readonly moreCertificates: number;
  readonly rejections: {
    readonly appeared: readonly ChangedRejection[];
    readonly gone: readonly ChangedRejection[];
    readonly more: number;
  };
}

export type KeyCondition = 'keyed' | 'open' | 'unknown';
