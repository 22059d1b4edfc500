import type { ProblemReason } from './problem-reasons.ts';
import type { StreamAccess } from '../boundary/stream-access.ts';
import type { UnselectedPod } from '../wiring/pod.ts';
import type { NamespaceSecret } from '../wiring/secret.ts';
import type { KindTable } from './kind.ts';
import type { SourceScope } from './scope.ts';
import type { KindName, Kinds, SourceEvent } from './kinds.ts';

/** What a source follows: which kinds, and which objects of them. */
export interface Followed<T extends KindTable> {
  readonly kinds: T;
  readonly scope: SourceScope;
}

export type { ProblemReason } from './problem-reasons.ts';

/** Where the truth comes from: a cluster's API server or a folder of manifests. */
export interface ClusterSource<T extends KindTable = Kinds> {
  /**
   * Follows the source until `signal` aborts, then resolves.
   *
   * Handlers are called synchronously, one event at a time and in order. Events that arrived together (one read of
   * the socket, one scan of the folder) are delivered within one turn of the event loop, so a `setImmediate`
   * scheduled by the first of them runs after the last. Outages are not errors: they show in `state` and `problem`.
   *
   * @throws SourceError when there is nothing to follow (the folder is not there at the start).
   */
  run(handlers: SourceHandlers<T>, signal: AbortSignal): Promise<void>;
  /** The state of every kind now; ages grow without a call to `handlers.state`, so scrapes ask here. */
  states(): Readonly<Record<KindName<T>, SourceState>>;
  /** One line for the log: what is followed, and where. */
  describe(): string;
  /** It is the cluster in which podway runs, followed with the service account of podway's own pod. */
  readonly inCluster?: boolean;
  /** For sources whose pods and Secrets arrive on two streams, of which one may fail. */
  readonly findSecret: FindSecret | undefined;
  /** Of a source that is an API server: what authenticates streams to its pods. */
  readonly access?: SourceAccess;
}

/** Credentials of the API server that is followed, and of no other one. */
export interface SourceAccess {
  /** Which API server is followed; undefined before the first attempt. */
  readonly origin: () => string | undefined;
  /** Reads them again, kubeconfig and all. Rejects with an ApiFailure, also when the kubeconfig names another API server now. */
  readonly read: (signal: AbortSignal) => Promise<StreamAccess>;
}

/**
 * Asks for the key Secret of one namespace, beside the stream. Undefined: at some moment after the call it had none.
 * Rejects with an ApiFailure.
 */
export type FindSecret = (namespace: string, signal: AbortSignal) => Promise<NamespaceSecret | undefined>;

export interface SourceHandlers<T extends KindTable = Kinds> {
  changed(event: SourceEvent<T>): void;
  /** Resolves when all that was delivered has taken effect; undefined, or absent: it has. */
  takenIn?(): Promise<void> | undefined;
  /** Called when the phase changes, and for every failed attempt. */
  state(kind: KindName<T>, state: SourceState): void;
  /** Something a person should know; a lasting problem is reported once. */
  problem(problem: SourceProblem): void;
  /** All pods that the label selector probably leaves out by mistake, as often as they are looked for. */
  unselected?(pods: readonly UnselectedPod[]): void;
}

export type SourcePhase =
  /** The state of the source is being read. */
  | 'listing'
  /** Changes arrive as they happen. */
  | 'watching'
  /** The last attempt failed; the next one is due after a delay. What was delivered stays true. */
  | 'backing-off';

/** Times are milliseconds of `performance.now()`, so an age is `performance.now() - lastActivity`. */
export interface SourceState {
  readonly phase: SourcePhase;
  /** When the phase began. */
  readonly since: number;
  /** A whole list was delivered at least once. */
  readonly synced: boolean;
  /** When the source last said anything (a page, an event, a bookmark, a scan); undefined before the first time. */
  readonly lastActivity: number | undefined;
  /** Failed attempts in a row; cleared once a watch has held for a while or ended as it should. */
  readonly failures: number;
  /** When the first of them failed; cleared with `failures`. */
  readonly failingSince: number | undefined;
  /** The last failure, cleared with `failures`. */
  readonly error: string | undefined;
  /** Complete lists and started watches since the start, and watch lines that could not be read. */
  readonly lists: number;
  readonly watches: number;
  readonly malformedLines: number;
}

/** `detail` is one printable line that quotes no value of a Secret and no credential. */
export interface SourceProblem {
  /** The plural name of a kind, or a file of the folder. */
  readonly where: string;
  readonly reason: ProblemReason;
  readonly detail: string;
}

/** There is nothing to follow: wrong settings, not an outage. The message is meant for the user. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
