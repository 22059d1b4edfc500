import type { Conditions } from '../wiring/options/conditions.ts';
import type { Guards } from '../wiring/options/pod-options.ts';
import { compareText } from '../wiring/order.ts';

/** The pods of a route with equal guards. */
export interface Flavour {
  /** Undefined: these pods have no guards. */
  readonly guards: Guards | undefined;
  /** The conditions among the guards, as text that is equal if and only if they are; '' without conditions. */
  readonly conditionText: string;
  /** Its bit in masks of flavours. */
  readonly bit: number;
}

/**
 * Maximum number of flavours: the bits of a mask. Pods of further flavours get no requests, because podway must not
 * ignore guards.
 */
const MAX_FLAVOURS = 30;

interface Guarded {
  readonly guards: Guards | undefined;
}

/**
 * The flavours of a route, in an order that depends only on the guards, so that all workers and replicas decide alike;
 * undefined: no pod has guards.
 */
export function flavoursOf(members: readonly Guarded[]): readonly Flavour[] | undefined {
  if (members.every(({ guards }) => guards === undefined)) return undefined;
  const byText = new Map(members.map(({ guards }) => [guards?.text ?? '', guards]));
  return [...byText]
    .sort(([a], [b]) => compareText(a, b))
    .slice(0, MAX_FLAVOURS)
    .map(([, guards], at) => ({ guards, conditionText: textOf(guards?.conditions), bit: 1 << at }));
}

function textOf(conditions: Conditions | undefined): string {
  // A share beside the conditions is not a condition that requests have to meet.
  return conditions === undefined ? '' : JSON.stringify({ ...conditions, sharesOthers: undefined });
}

/** The bit of the pod's flavour; 0: the flavour is above the limit. */
export function bitOf(flavours: readonly Flavour[], { guards }: Guarded): number {
  return flavours.find((it) => it.guards?.text === guards?.text)?.bit ?? 0;
}
