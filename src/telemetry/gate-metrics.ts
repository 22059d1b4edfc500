import type { SmallFamilies } from './small-families.ts';

/** What the metrics report about pods with the readiness gate. */
export interface GateState {
  /** The current number of pods by state: `open`, `waiting` or `refused`. */
  readonly pods: Readonly<Record<string, number>>;
  /** Conditions since the start, by outcome. */
  readonly written: Readonly<Record<string, number>>;
}

/** @param state returns undefined if podway sets no conditions; then there are no series */
export function registerGates(small: SmallFamilies, state: () => GateState | undefined): void {
  small.gauge(
    'podway_readiness_gates',
    'Pods with the readiness gate of podway, by state',
    ['state'],
    (gauge) => {
      for (const [name, count] of Object.entries(state()?.pods ?? {})) gauge.set({ state: name }, count);
    },
  );
  const help = 'Conditions of pods that podway set or failed to set, by outcome';
  small.total('podway_readiness_gate_patches_total', help, ['outcome'], (counter) => {
    for (const [outcome, count] of Object.entries(state()?.written ?? {})) counter.inc({ outcome }, count);
  });
}
