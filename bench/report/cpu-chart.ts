import { counted } from '../../src/wiring/counted.ts';
import { ratios, spread } from '../harness/metrics.ts';
import { type Bar, chart, type Panel } from './chart.ts';
import type { Machine } from './machine.ts';
import type { Results, ScenarioResult } from './results.ts';
import { valuesOf } from './table.ts';

const OWN = 'podway';

/**
 * A chart of the scenarios whose headline is CPU, with a panel for each. Undefined if no scenario has that headline.
 */
export function cpuChart({ scenarios, machine, rounds, seconds, yardstick }: Results): string | undefined {
  const panels = scenarios
    .filter((it) => it.scenario.headline === 'cpu')
    .flatMap((it) => panelOf(it, yardstick));
  if (panels.length === 0) return undefined;
  return chart({
    title: 'CPU of the whole process; less is better',
    subtitle: `median and range of ${counted(rounds, 'round')} of ${seconds} s; (x) = times ${yardstick} in the same rounds`,
    footer: footer(machine),
    panels,
  });
}

function panelOf({ scenario, outcomes }: ScenarioResult, yardstick: string): Panel[] {
  const reference = outcomes.find((it) => it.name === yardstick)?.samples ?? [];
  const bars = outcomes.flatMap((outcome): Bar[] => {
    const { name } = outcome;
    const value = spread(valuesOf(outcome, 'cpu'));
    const ratio = spread(ratios(outcome.samples, reference, 'cpu'))?.median;
    return value === undefined ? [] : [{ name, value, ratio, own: name === OWN }];
  });
  return bars.length === 0
    ? []
    : [{ title: `${scenario.title} (a ${scenario.operation})`, unit: 'us', bars }];
}

function footer({ cpu, cores, kernel, node, versions, date }: Machine): string {
  const programs = Object.entries(versions).map((it) => it.join(' '));
  return [`${cpu}, ${cores} cores`, `Linux ${kernel}`, `Node ${node}`, ...programs, date.slice(0, 10)].join(
    ' · ',
  );
}
