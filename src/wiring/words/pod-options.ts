import type { CandidateWords } from './candidate-words.ts';
import type { EndpointWords } from './endpoint-words.ts';
import type { GuardWords } from './guard-words.ts';
import type { RouteWords } from './route-words.ts';

export type { PodProtocol } from './pod-protocols.ts';

/**
 * What words say of one port of a pod on one path: those after the path, and for the rest those of the pod's options
 * annotation. What is not said is left to the settings.
 */
export interface PodOptions {
  /** The words in one order and one spelling: options are equal if these are. */
  readonly words: string;
  /** What counts once the pod is picked. */
  readonly endpoint: EndpointWords;
  /** The words that say it: what is said there is equal if these are. */
  readonly endpointWords: string;
  /** What requests have to meet before the pod is picked; undefined: nothing. */
  readonly guards: Guards | undefined;
  /** What counts when one of several pods is picked; undefined: nothing. */
  readonly candidate: CandidateWords | undefined;
  /** What counts for all pods of the route, if the pod is the newest that is ready. */
  readonly route: RouteWords | undefined;
}

export interface Guards extends GuardWords {
  /** The guards among the words: guards are equal if these are. */
  readonly words: string;
}

/** Without a word. */
export const NO_WORDS: PodOptions = {
  words: '',
  endpoint: {},
  endpointWords: '',
  guards: undefined,
  candidate: undefined,
  route: undefined,
};

/**
 * Of an item whose guards are not understood. The pod asks for the route and gets no request of it: otherwise a shorter path,
 * perhaps of the same pod, would serve what the guard was to refuse.
 */
export const REFUSED: PodOptions = { ...NO_WORDS, words: 'refused' };
