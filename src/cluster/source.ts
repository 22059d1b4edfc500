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

/** Where objects come from: a cluster's API server or a folder of manifests. */
export interface ClusterSource<T extends KindTable = Kinds> {
  /**
   * Follows the source until `signal` aborts, then resolves.
   *
   * Calls handlers synchronously, one event at a time and in order. It delivers events that arrived together (one read
   * of the socket, one scan of the folder) in one turn of the event loop, so a `setImmediate` scheduled by the first of
   * them runs after the last; only a long list takes several turns. Outages are not errors: `state` and `problem`
   * report them.
   *
   * @throws SourceError if there is nothing to follow (the folder does not exist at the start)
   */
  run(handlers: SourceHandlers<T>, signal: AbortSignal): Promise<void>;
  /** The present state of every kind. Ages grow without a call to `handlers.state`, so scrapes read them here. */
  states(): Readonly<Record<KindName<T>, SourceState>>;
  /** One line for the log: what podway follows, and where. */
  describe(): string;
  /** Whether it is the cluster in which podway runs, followed with the service account of podway's own pod. */
  readonly inCluster?: boolean;
  /** Only for sources whose pods and Secrets arrive on two streams, one of which may fail. */
  readonly findSecret: FindSecret | undefined;
  /** If the source is an API server: the credentials for streams to its pods. */
  readonly access?: SourceAccess;
}

/** Credentials of the API server that podway follows, and of no other server. */
export interface SourceAccess {
  /** Which API server podway follows; undefined before the first attempt. */
  readonly origin: () => string | undefined;
  /**
   * Reads the credentials again, including the kubeconfig. Rejects with an ApiFailure, also if the kubeconfig names
   * another API server now.
   */
  readonly read: (signal: AbortSignal) => Promise<StreamAccess>;
}

/**
 * Asks for the key Secret of one namespace, independently of the stream. Undefined if the namespace had none at some
 * moment after the call. Rejects with an ApiFailure.
 */
export type FindSecret = (namespace: string, signal: AbortSignal) => Promise<NamespaceSecret | undefined>;

export interface SourceHandlers<T extends KindTable = Kinds> {
  changed(event: SourceEvent<T>): void;
  /** Resolves when everything that was delivered has taken effect; undefined, or absent, if it has. */
  applied?(): Promise<void> | undefined;
  /** Called when the phase changes, and for every failed attempt. */
  state(kind: KindName<T>, state: SourceState): void;
  /** Something that a person should know; a lasting problem is reported once. */
  problem(problem: SourceProblem): void;
  /** All pods that the label selector probably leaves out by mistake; called after every check. */
  unselected?(pods: readonly UnselectedPod[]): void;
}

export type SourcePhase =
  /** podway reads the state of the source. */
  | 'listing'
  /** Changes arrive as they happen. */
  | 'watching'
  /** The last attempt failed; the next one follows after a delay. What was delivered stays in force. */
  | 'backing-off';

/** Times are milliseconds of `performance.now()`, so an age is `performance.now() - lastActivity`. */
export interface SourceState {
  readonly phase: SourcePhase;
  /** When the phase began. */
  readonly since: number;
  /** A whole list was delivered at least once. */
  readonly synced: boolean;
  /** When the source last sent anything (a page, an event, a bookmark, a scan); undefined before the first time. */
  readonly lastActivity: number | undefined;
  /** Failed attempts in a row; reset when a watch has lasted for a while or ended normally. */
  readonly failures: number;
  /** When the first of them failed; reset with `failures`. */
  readonly failingSince: number | undefined;
  /** The last failure; reset with `failures`. */
  readonly error: string | undefined;
  /** Numbers since the start of complete lists, of started watches, and of watch lines that podway could not read. */
  readonly lists: number;
  readonly watches: number;
  readonly malformedLines: number;
}

/** `detail` is one printable line without any value of a Secret and without credentials. */
export interface SourceProblem {
  /** The plural name of a kind, or a file of the folder. */
  readonly where: string;
  readonly reason: ProblemReason;
  readonly detail: string;
}

/** There is nothing to follow: the settings are wrong; it is not an outage. The message is meant for the user. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}
