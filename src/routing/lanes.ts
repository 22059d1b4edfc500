import type { CandidateOptions } from '../wiring/options/candidate-options.ts';
import type { Lane, Ramps, Split } from './balance/lane.ts';
import { NEAR } from './balance/near-part.ts';
import { mixed } from './balance/random.ts';
import { roundRobin } from './balance/round-robin.ts';
import { DEFAULT_WEIGHT } from './balance/weights-at.ts';
import type { Endpoint } from './endpoint.ts';
import type { LiveRouteOptions } from './options.ts';

/** A member of a rotation that is available now. */
export interface Candidate {
  readonly endpoint: Endpoint;
  readonly candidate: CandidateOptions | undefined;
  /** The zone of its node; '': not known. */
  readonly zone: string;
}

/** What the lanes of a grant have in common. */
interface Common {
  readonly whole: readonly Endpoint[];
  readonly options: LiveRouteOptions;
}

const TOTAL_SHARE = 100;
/** Maximum number of zones that are distinguished: the bits of a mask. Further zones count as one. */
const MAX_ZONES = 30;

/** A lane without endpoints. */
export const NO_LANE: Lane = {
  endpoints: [],
  whole: [],
  weights: undefined,
  ramps: undefined,
  split: undefined,
  remembers: false,
  seed: 0,
  zones: undefined,
};

/**
 * The lane of some candidates, in their order. It is split by shares first, then by zones, if pods or settings require
 * that.
 */
export function laneOf(candidates: readonly Candidate[], options: LiveRouteOptions): Lane {
  const common = { whole: candidates.map(({ endpoint }) => endpoint), options };
  if (candidates.every(({ candidate }) => candidate?.share === undefined))
    return zonedLane(candidates, common, '');
  return { ...plainLane(candidates, common, ''), split: shareSplit(candidates, common) };
}

/** One lane for all candidates without a share, and one for each group with the same share. */
function shareSplit(candidates: readonly Candidate[], common: Common): Split {
  const groups = Map.groupBy(candidates, ({ candidate }) => groupOf(candidate));
  const shares = [...groups].map(([key, [first]]) => ({ key, share: first?.candidate?.share }));
  const shared = shares.reduce((sum, { share = 0 }) => sum + share, 0);
  const all = shares.map(({ key, share = Math.max(0, TOTAL_SHARE - shared) }) => ({ key, share }));
  // A group with 0 % gets no request, not even a retry, while others are ready.
  const counting = all.filter(({ key, share }) => key === '' || share > 0);
  const kept = counting.length > 0 ? counting : all;
  return {
    keys: kept.map(({ key }) => key),
    parts: kept.map(({ share }) => share),
    lanes: kept.map(({ key }) => zonedLane(groups.get(key) ?? [], common, key)),
  };
}

function groupOf(options: CandidateOptions | undefined): string {
  return options?.share === undefined ? '' : `${options.share}% ${options.group ?? ''}`;
}

function zonedLane(candidates: readonly Candidate[], common: Common, key: string): Lane {
  const lane = plainLane(candidates, common, key);
  const { zone } = common.options;
  if (zone === '') return lane;
  const [near, far] = [
    candidates.filter((it) => it.zone === zone),
    candidates.filter((it) => it.zone !== zone),
  ];
  if (near.length === 0 || far.length === 0) return lane;
  const lanes = [near, far].map((it, at) => plainLane(it, common, `${key} ${at}`));
  return {
    ...lane,
    zones: zonesOf(candidates, zone),
    split: { keys: ['near', 'far'], parts: undefined, lanes },
  };
}

function plainLane(candidates: readonly Candidate[], { whole, options }: Common, key: string): Lane {
  const weights = weightsOf(candidates);
  const ramps = rampsOf(candidates);
  const { balance, balanceSeed } = options;
  return {
    endpoints: candidates.length === whole.length ? whole : candidates.map(({ endpoint }) => endpoint),
    whole,
    weights,
    ramps,
    split: undefined,
    remembers: weights !== undefined || ramps !== undefined || balance !== roundRobin,
    seed: key === '' ? balanceSeed : mixed(balanceSeed, key),
    zones: undefined,
  };
}

function weightsOf(candidates: readonly Candidate[]): readonly number[] | undefined {
  if (candidates.every(({ candidate }) => candidate?.weight === undefined)) return undefined;
  const weights = candidates.map(({ candidate }) => candidate?.weight ?? DEFAULT_WEIGHT);
  return weights.every((it) => it === weights[0]) ? undefined : weights;
}

function rampsOf(candidates: readonly Candidate[]): Ramps | undefined {
  if (candidates.every(({ candidate }) => candidate?.slowStart === undefined)) return undefined;
  const windows = candidates.map(({ candidate }) => candidate?.slowStart ?? 0);
  const ends = candidates.map(({ endpoint }, at) => endpoint.readySince + (windows[at] as number));
  return { windows, until: Math.max(...ends) };
}

function zonesOf(candidates: readonly Candidate[], near: string): readonly number[] {
  const others = [...new Set(candidates.map(({ zone }) => zone))].filter((it) => it !== '' && it !== near);
  return candidates.map(({ zone }) => {
    if (zone === near) return NEAR;
    return zone === '' ? 0 : NEAR << Math.min(MAX_ZONES, 1 + others.indexOf(zone));
  });
}
