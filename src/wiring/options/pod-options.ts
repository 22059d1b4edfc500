import type { CandidateOptions } from './candidate-options.ts';
import type { DeclaredEndpointOptions } from './endpoint-options.ts';
import type { GuardOptions } from './guard-options.ts';
import type { DeclaredRouteOptions } from './route-options.ts';

export type { PodProtocol } from './pod-protocols.ts';

/**
 * The options of one port of a pod on one path: those after the path, and those of the pod's options annotation that the
 * path does not repeat. For options that are absent, the settings apply.
 */
export interface PodOptions {
  /** All options, sorted and in one spelling. Two `PodOptions` are equal if their texts are equal. */
  readonly text: string;
  /** Options that apply once the pod is picked. */
  readonly endpoint: DeclaredEndpointOptions;
  /** Text of the options in `endpoint`, for comparisons like `text`. */
  readonly endpointText: string;
  /** Requirements that a request must meet before the pod is picked; undefined: none. */
  readonly guards: Guards | undefined;
  /** Options that apply when podway picks one of several pods; undefined: none. */
  readonly candidate: CandidateOptions | undefined;
  /** Options for all pods of the route; they apply while this pod is its newest ready pod. Undefined: none. */
  readonly route: DeclaredRouteOptions | undefined;
}

export interface Guards extends GuardOptions {
  /** Text of the options that are guards, for comparisons like the text of `PodOptions`. */
  readonly text: string;
}

/** The options of a pod that declares no options. */
export const NO_OPTIONS: PodOptions = {
  text: '',
  endpoint: {},
  endpointText: '',
  guards: undefined,
  candidate: undefined,
  route: undefined,
};

/**
 * The options of an item with a guard that podway does not understand. The pod declares the route but gets no request of
 * it. Without the route, a shorter path, perhaps of the same pod, would serve requests that the guard was meant to refuse.
 */
export const REJECTED: PodOptions = { ...NO_OPTIONS, text: 'refused' };
