import type { EndpointCondition, RouteName } from './delta.ts';

/** An object of the cluster, and what became of it. */
export interface Cause {
  /** As the API names it; `podway`: no object (see `timer`). */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /**
   * `listed`: a whole list of them, what differs follows; the first list stands for all that is in it. `timer`: an answer to a
   * question about keys, the end of a wait, a certificate that begins or ceases to be valid, or a file.
   */
  readonly event: 'added' | 'changed' | 'deleted' | 'listed' | 'timer';
}

/** A port of a pod that came, went or changed. */
export interface ChangedEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  /** From then on, or the last one. */
  readonly condition: EndpointCondition;
  /** The condition before; absent: the same, or none. */
  readonly was?: EndpointCondition;
  /** What its pod says in words, before and from then on; absent: the same. Values that may be secrets are left out. */
  readonly options?: { readonly was: string; readonly now: string };
}

/** An object of which something is refused. */
export interface ChangedRejection {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
  readonly detail: string;
}

/** One published change: what came and went, and why. Of each list there are the first, and `more` says how many others. */
export interface HistoryEntry {
  /** Of the table from then on. The same as before: only rejections are others. */
  readonly revision: number;
  /** Counts entries; they are in this order. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Requests are routed; until then all are answered 503. */
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
  /** Namespaces whose keys are others, or are none or unknown from then on. Which keys is nowhere. */
  readonly keys: Readonly<Record<string, KeyCondition>>;
  readonly moreKeys: number;
  /** Hosts with other certificates. */
  readonly certificates: readonly string[];
  readonly moreCertificates: number;
  readonly rejections: {
    readonly appeared: readonly ChangedRejection[];
    readonly gone: readonly ChangedRejection[];
    readonly more: number;
  };
}

export type KeyCondition = 'keyed' | 'open' | 'unknown';
