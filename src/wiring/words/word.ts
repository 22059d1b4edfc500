import type { RejectionReason } from '../rejection.ts';
import type { CandidateWords } from './candidate-words.ts';
import type { EndpointWords } from './endpoint-words.ts';
import type { GuardWords } from './guard-words.ts';
import type { RouteWords } from './route-words.ts';
import type { PodOptions } from './pod-options.ts';

/** An option that may follow a path. */
export interface Word {
  /**
   * What a mistake in it entails. `guard`: the path is not routed, since the word was to refuse or change requests.
   * `tuning`: the word is left out and reported.
   */
  readonly kind: 'guard' | 'tuning';
  /** How its value is written; '': it has none. */
  readonly value: string;
  /** It may also stand without its value, and is read as ''. */
  readonly optional?: true;
  /** Its value may be a secret: what follows the first colon is not shown. */
  readonly secret?: true;
  /** One line for the documentation. */
  readonly doc: string;
  /** With a value that it takes. */
  readonly example: string;
  /** Undefined: the value is none. `before`: what the words before it say. */
  readonly read: (value: string, ceilings: Ceilings, before: PodOptions) => Meaning | NotNow | undefined;
  /** The word may stand several times, if this differs for their values. */
  readonly repeatedBy?: (value: string) => string;
}

/** What a word says; `clamped`: what it says instead of its value, which is over a ceiling. */
export interface Meaning {
  readonly endpoint?: EndpointWords;
  readonly guards?: GuardWords;
  readonly candidate?: CandidateWords;
  readonly route?: RouteWords;
  readonly clamped?: string;
}

/** A value that is right, and cannot be had with the settings of this router. */
export interface NotNow {
  readonly refused: RejectionReason;
}

/** A family of words: why some of them cannot stand together, if so. */
export type Conflict = (options: PodOptions) => string | undefined;

/** What no pod can exceed, with any options. Times in milliseconds, sizes in bytes. */
export interface Ceilings {
  readonly timeout: number;
  readonly buffer: number;
  /** Of request bodies; 0 = none. */
  readonly body: number;
  /** How clients come can be known: there is TLS, or a proxy that says it. */
  readonly knowsHttps: boolean;
  /** Names of services that `auth=` may have asked. */
  readonly auths: ReadonlySet<string>;
  /** Names of fields that are the operator's, folded: lower case, and `-` for all but letters and digits. */
  readonly reserved: ReadonlySet<string>;
}

export interface WordRules {
  /** Those that pods may use. */
  readonly allowed: ReadonlySet<string> | 'all';
  readonly ceilings: Ceilings;
}
