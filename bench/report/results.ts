import type { Outcome } from '../harness/comparison.ts';
import { METRICS, type Metric, type Spread, quartiles, ratios, spread } from '../harness/metrics.ts';
import type { Scenario } from '../harness/scenario.ts';
import type { FunctionCost } from '../micro/cost.ts';
import { OTHER_VERSION, podway } from '../rivals/podway.ts';
import type { Machine } from './machine.ts';
import { valuesOf } from './table.ts';

export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly outcomes: readonly Outcome[];
}

export interface Results {
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly yardstick: string;
  readonly scenarios: readonly ScenarioResult[];
  readonly functions: readonly FunctionCost[];
}

/** The results as JSON: all samples, and the figures of the table. Times are in microseconds. */
export function toJson({ machine, rounds, seconds, yardstick, scenarios, functions }: Results): string {
  const plain = scenarios.map(({ scenario, outcomes }) => ({
    name: scenario.name,
    title: scenario.title,
    operation: scenario.operation,
    headline: scenario.headline,
    rivals: outcomes.map((outcome) => {
      const reference = outcomes.find((it) => it.name === yardstick)?.samples ?? [];
      const summary: Partial<Record<Metric, Spread>> = {};
      for (const metric of scenario.columns) {
        const found = spread(valuesOf(outcome, metric));
        if (found !== undefined) summary[metric] = found;
      }
      return { ...outcome, summary, ratio: spread(ratios(outcome.samples, reference, scenario.headline)) };
    }),
  }));
  return `${JSON.stringify({ machine, rounds, seconds, yardstick, scenarios: plain, functions }, undefined, 2)}\n`;
}

/** Compares the headline with that of the scenario's `compareWith`: one line for each rival that took part in both. */
export function comparisons(results: readonly ScenarioResult[]): string[] {
  return results.flatMap(({ scenario, outcomes }) => {
    const other = results.find((it) => it.scenario.name === scenario.compareWith);
    if (other === undefined) return [];
    return outcomes.flatMap((outcome) => {
      const base = other.outcomes.find((it) => it.name === outcome.name);
      const own = spread(valuesOf(outcome, scenario.headline))?.median;
      const reference = base && spread(valuesOf(base, scenario.headline))?.median;
      if (own === undefined || reference === undefined) return [];
      const times = (own / reference).toFixed(2);
      return [`${outcome.name}: ${scenario.name} costs ${times} times ${other.scenario.name}`];
    });
  });
}

/** The headline of this podway divided by that of each other version in the same round: one line for each version. */
export function versions(results: readonly ScenarioResult[]): string[] {
  return results.flatMap(({ scenario, outcomes }) => {
    const own = outcomes.find((it) => it.name === podway.name);
    return outcomes.flatMap(({ name, samples }) => {
      if (own === undefined || !name.startsWith(OTHER_VERSION)) return [];
      const found = ratios(own.samples, samples, scenario.headline);
      const [median, range] = [spread(found)?.median, quartiles(found)];
      if (median === undefined || range === undefined) return [];
      const [low, high] = range.map((it) => it.toFixed(3));
      const { title } = METRICS[scenario.headline];
      return [
        `${scenario.name}: ${title} ${median.toFixed(3)} times ${name} (half of ${found.length} rounds: ${low}-${high})`,
      ];
    });
  });
}
