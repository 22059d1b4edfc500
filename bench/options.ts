import { parseArgs } from 'node:util';
import type { Rival } from './harness/rival.ts';
import type { Scenario } from './harness/scenario.ts';
import { podwayOf } from './rivals/podway.ts';
import { LEADERS, RIVALS } from './rivals.ts';
import { SCENARIOS } from './scenarios.ts';

/** The scenario without rivals: functions of podway alone. */
export const MICRO = 'micro';

export interface Selection {
  readonly scenario: Scenario;
  readonly rivals: readonly Rival[];
}

export interface Options {
  readonly help: boolean;
  readonly list: boolean;
  readonly selections: readonly Selection[];
  readonly micro: boolean;
  readonly rounds: number;
  readonly seconds: number;
  /** Folder for the JSON and the chart. */
  readonly out: string;
}

export const USAGE = `npm run bench                                  a few minutes: the scenarios that matter most
npm run bench -- --help                        this text
npm run bench -- --list                        what there is
npm run bench -- --scenario latency,sse        these scenarios (or: all), every rival that can
npm run bench -- --rival podway,nginx-tuned    these rivals only
npm run bench -- --before DIR --before .       podway of DIR in the same rounds, and this one twice (how far equals differ)
npm run bench -- --rounds 7 --seconds 5        longer
npm run bench -- --out docs                    where bench.json and bench.svg go (default bench/out)`;

/** Throws an error with a sentence for the user. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      list: { type: 'boolean', default: false },
      scenario: { type: 'string' },
      rival: { type: 'string' },
      before: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '2' },
      out: { type: 'string', default: 'bench/out' },
    },
  });
  const scenarios = names(values.scenario, [...SCENARIOS.map((it) => it.name), MICRO]);
  const rivals = names(
    values.rival,
    RIVALS.map((it) => it.name),
  );
  return {
    help: values.help,
    list: values.list,
    selections: select(scenarios, rivals, values.before.map(podwayOf)),
    micro: scenarios?.includes(MICRO) ?? rivals === undefined,
    rounds: count(values.rounds, '--rounds'),
    seconds: count(values.seconds, '--seconds'),
    out: values.out,
  };
}

function select(
  scenarioNames: readonly string[] | undefined,
  rivals: readonly string[] | undefined,
  versions: readonly Rival[],
): Selection[] {
  const scenarios = SCENARIOS.filter((it) => scenarioNames?.includes(it.name) ?? it.byDefault !== 'no');
  return scenarios.map((scenario) => {
    const includesAll = scenarioNames !== undefined || scenario.byDefault === 'all' || rivals !== undefined;
    const candidates = (includesAll ? RIVALS : LEADERS).filter((it) => rivals?.includes(it.name) ?? true);
    const capable = [...candidates, ...versions].filter((rival) =>
      scenario.requiredCapabilities.every((it) => rival.capabilities.includes(it)),
    );
    return { scenario, rivals: capable };
  });
}

/** Reads a list of names. Undefined: the command line has no such list. */
function names(list: string | undefined, known: readonly string[]): readonly string[] | undefined {
  if (list === undefined) return undefined;
  if (list === 'all') return known;
  const requested = list.split(',');
  const unknown = requested.filter((it) => !known.includes(it));
  if (unknown.length > 0) throw new Error(`no ${unknown.join(', ')}; there is ${known.join(', ')}`);
  return requested;
}

function count(text: string, option: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${option} takes a whole number above 0`);
  return value;
}
