import type { Conditions } from '../wiring/words/conditions.ts';
import type { Guards } from '../wiring/words/pod-options.ts';
import { compareText } from '../wiring/order.ts';

/** What some of a route's pods demand of requests. */
export interface Flavour {
  /** Undefined: nothing. */
  readonly guards: Guards | undefined;
  /** Those of its conditions: they are equal if these are; '' without. */
  readonly conditionWords: string;
  /** Its bit in masks. */
  readonly bit: number;
}

/** Bits of a mask. Pods with further guards get no request: nothing of what they demand may be forgotten. */
const MOST_FLAVOURS = 30;

interface Guarded {
  readonly guards: Guards | undefined;
}

/**
 * The flavours of a route in an order that depends on nothing else, so that all workers and replicas decide alike;
 * undefined: no pod demands anything.
 */
export function flavoursOf(members: readonly Guarded[]): readonly Flavour[] | undefined {
  if (members.every(({ guards }) => guards === undefined)) return undefined;
  const byWords = new Map(members.map(({ guards }) => [guards?.words ?? '', guards]));
  return [...byWords]
    .sort(([a], [b]) => compareText(a, b))
    .slice(0, MOST_FLAVOURS)
    .map(([, guards], at) => ({ guards, conditionWords: wordsOf(guards?.conditions), bit: 1 << at }));
}

function wordsOf(conditions: Conditions | undefined): string {
  // Whether its pods have a share besides is nothing that requests have to meet.
  return conditions === undefined ? '' : JSON.stringify({ ...conditions, sharesOthers: undefined });
}

/** The bit of the pod's flavour; 0: it is none of those that count. */
export function bitOf(flavours: readonly Flavour[], { guards }: Guarded): number {
  return flavours.find((it) => it.guards?.words === guards?.words)?.bit ?? 0;
}
