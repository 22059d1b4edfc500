import { ratios, spread } from '../harness/metrics.ts';
import { type Bar, chart } from './chart.ts';
import type { Machine } from './machine.ts';
import type { Results } from './results.ts';
import { valuesOf } from './table.ts';

const OWN = 'podway';

/** The first scenario whose headline is CPU, as a chart; undefined when there is none. */
export function chartOf({ scenarios, machine, rounds, seconds, yardstick }: Results): string | undefined {
  const first = scenarios.find((it) => it.scenario.headline === 'cpu');
  if (first === undefined) return undefined;
  const { scenario, outcomes } = first;
  const reference = outcomes.find((it) => it.name === yardstick)?.samples ?? [];
  const bars = outcomes.flatMap((outcome): Bar[] => {
    const { name } = outcome;
    const value = spread(valuesOf(outcome, 'cpu'));
    const ratio = spread(ratios(outcome.samples, reference, 'cpu'))?.median;
    return value === undefined ? [] : [{ name, value, ratio, own: name === OWN }];
  });
  if (bars.length === 0) return undefined;
  return chart({
    title: `CPU per ${scenario.operation}, whole process, less is better`,
    subtitle: `${scenario.title}; median and range of ${rounds} rounds of ${seconds} s; (x) = times ${yardstick}`,
    footer: footer(machine),
    unit: 'us',
    bars,
  });
}

function footer({ cpu, cores, kernel, node, versions, date }: Machine): string {
  const programs = Object.entries(versions).map((it) => it.join(' '));
  return [`${cpu}, ${cores} cores`, `Linux ${kernel}`, `Node ${node}`, ...programs, date.slice(0, 10)].join(
    ' · ',
  );
}
