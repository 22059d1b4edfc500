import type { CandidateWords } from '../wiring/words/candidate-words.ts';
import type { Lane, Ramps } from './balance/lane.ts';
import { roundRobin } from './balance/round-robin.ts';
import { USUAL_WEIGHT } from './balance/weights-at.ts';
import type { Endpoint } from './endpoint.ts';
import type { LiveRouteOptions } from './options.ts';

/** A member of a rotation that may be asked now. */
export interface Candidate {
  readonly endpoint: Endpoint;
  readonly candidate: CandidateWords | undefined;
}

/** The lane of some candidates, in their order. */
export function laneOf(candidates: readonly Candidate[], { balance, balanceSeed }: LiveRouteOptions): Lane {
  const endpoints = candidates.map(({ endpoint }) => endpoint);
  const weights = weightsOf(candidates);
  const ramps = rampsOf(candidates);
  const remembers = weights !== undefined || ramps !== undefined || balance !== roundRobin;
  return { endpoints, whole: endpoints, weights, ramps, remembers, seed: balanceSeed };
}

function weightsOf(candidates: readonly Candidate[]): readonly number[] | undefined {
  if (candidates.every(({ candidate }) => candidate?.weight === undefined)) return undefined;
  const weights = candidates.map(({ candidate }) => candidate?.weight ?? USUAL_WEIGHT);
  return weights.every((it) => it === weights[0]) ? undefined : weights;
}

function rampsOf(candidates: readonly Candidate[]): Ramps | undefined {
  if (candidates.every(({ candidate }) => candidate?.slowStart === undefined)) return undefined;
  const windows = candidates.map(({ candidate }) => candidate?.slowStart ?? 0);
  const ends = candidates.map(({ endpoint }, at) => endpoint.readySince + (windows[at] as number));
  return { windows, until: Math.max(...ends) };
}
