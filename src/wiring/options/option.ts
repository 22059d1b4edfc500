import type { RejectionReason } from '../rejection.ts';
import type { CandidateOptions } from './candidate-options.ts';
import type { DeclaredEndpointOptions } from './endpoint-options.ts';
import type { GuardOptions } from './guard-options.ts';
import type { DeclaredRouteOptions } from './route-options.ts';
import type { PodOptions } from './pod-options.ts';

/** A row of the table of options: how an option is written and what it means. */
export interface Option {
  /**
   * What podway does with a mistake in the option. `guard`: it does not route the path, because the option refuses or
   * changes requests. `tuning`: it ignores the option and reports it.
   */
  readonly kind: 'guard' | 'tuning';
  /** Description of its value; '': it takes no value. */
  readonly value: string;
  /** The value may be left out; it is then read as ''. */
  readonly optional?: true;
  /** The value may contain a secret: podway shows only the part up to the first colon. */
  readonly secret?: true;
  /** One line for the documentation. */
  readonly doc: string;
  /** The option with a valid value. */
  readonly example: string;
  /** Undefined: the value is malformed. `before`: the meaning of the options before it. */
  readonly read: (
    value: string,
    ceilings: Ceilings,
    before: PodOptions,
  ) => Meaning | Inapplicable | undefined;
  /** Key of a value. The option may be repeated with values of different keys; without this function it may not. */
  readonly repeatedBy?: (value: string) => string;
}

/** The ways to write an option: `name`, `name=`, or both. */
export function spellings(name: string, { value, optional }: Pick<Option, 'value' | 'optional'>): string[] {
  if (value === '') return [name];
  return optional === true ? [name, `${name}=`] : [`${name}=`];
}

/** What an option means; `clamped`: the limit that applies in place of its value, which is above it. */
export interface Meaning {
  readonly endpoint?: DeclaredEndpointOptions;
  readonly guards?: GuardOptions;
  readonly candidate?: CandidateOptions;
  readonly route?: DeclaredRouteOptions;
  readonly clamped?: string;
}

/** The value is well-formed, but this router cannot apply it with its settings. */
export interface Inapplicable {
  readonly rejected: RejectionReason;
}

/** Checks the options of one family. Returns why they contradict each other, or undefined. */
export type Conflict = (options: PodOptions) => string | undefined;

/** Limits of this router that no option can exceed, and what its settings make available. */
export interface Ceilings {
  /** Milliseconds. */
  readonly timeout: number;
  /** Bytes. */
  readonly buffer: number;
  /** Bytes of a request body; 0 = no limit. */
  readonly body: number;
  /** podway can know the scheme of the client: it has a TLS listener, or a trusted proxy that reports the scheme. */
  readonly knowsHttps: boolean;
  /** Names of the services that `auth=` may name. */
  readonly auths: ReadonlySet<string>;
  /** Names of headers that the operator controls, folded: in lower case, with `-` for every other character. */
  readonly reserved: ReadonlySet<string>;
}

export interface OptionRules {
  /** Names of the options that pods may use. */
  readonly allowed: ReadonlySet<string> | 'all';
  readonly ceilings: Ceilings;
}
