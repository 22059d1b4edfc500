// `npm run bench`: measures podway and its rivals in turn. `npm run bench -- --list` prints the scenarios and the
// rivals.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { counted } from '../src/wiring/counted.ts';
import { Comparison } from './harness/comparison.ts';
import { Child, runToEnd } from './harness/child.ts';
import { SEPARATE_CORES } from './harness/cores.ts';
import { type Program, TASKSET, howToInstall, missing } from './harness/programs.ts';
import type { FunctionCost } from './micro/cost.ts';
import { MICRO, type Options, type Selection, USAGE, readOptions } from './options.ts';
import { cpuChart } from './report/cpu-chart.ts';
import { machine } from './report/machine.ts';
import { type ScenarioResult, comparisons, toJson, versions } from './report/results.ts';
import { table } from './report/table.ts';
import { RIVALS, YARDSTICK } from './rivals.ts';
import { SCENARIOS } from './scenarios.ts';

/** Seconds of load before the rounds, in which the just-in-time compiler does its work. */
const WARM_UP = 2;
const MICRO_TIMEOUT = 120_000;
let interrupted = false;
const log = (line: string): void => console.log(line);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Code that waits for a child continues, cannot start another child, and removes its files.
    interrupted = true;
    void Child.endAll();
  });
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) log(USAGE);
  else if (options.list) list();
  else await bench(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await Child.endAll();
}

async function bench(options: Options): Promise<void> {
  const needed = missing([TASKSET]);
  if (needed.length > 0) throw new Error(`this bench pins processes to CPUs: ${howToInstall(needed)}`);
  // The collections of this process must not take time of the core that it measures.
  execFileSync('taskset', ['-a', '-p', '-c', SEPARATE_CORES.load, String(process.pid)]);
  const folder = mkdtempSync(join(tmpdir(), 'podway-bench-'));
  try {
    const scenarios = await runScenarios(options, folder);
    if (interrupted) throw new Error('ended early: nothing is written');
    const functions = options.micro ? await measureFunctions() : [];
    write(options, scenarios, functions);
  } finally {
    await Child.endAll();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runScenarios(options: Options, folder: string): Promise<ScenarioResult[]> {
  const { rounds, seconds, selections } = options;
  logMissing(selections);
  // A loopback address of this process alone, so that two benches can run at the same time.
  const address = `127.77.${(process.pid >> 8) & 0xff}.${process.pid & 0xff || 1}`;
  const results: ScenarioResult[] = [];
  for (const { scenario, rivals } of selections) {
    if (interrupted || missing(scenario.requiredPrograms).length > 0) continue;
    log(`\n${scenario.name}: ${scenario.title}; ${counted(rounds, 'round')} of ${seconds} s`);
    const installed = rivals.filter((it) => missing(it.requiredPrograms).length === 0);
    const common = { rounds, seconds, warmUp: WARM_UP, folder, address, log };
    const outcomes = await new Comparison({ ...common, scenario, rivals: installed }).run();
    results.push({ scenario, outcomes });
    for (const line of table(scenario, outcomes, YARDSTICK.name)) log(line);
  }
  for (const line of ['', ...comparisons(results), ...versions(results)]) log(line);
  return results;
}

function logMissing(selections: readonly Selection[]): void {
  const allMissing: Program[] = [];
  for (const { scenario } of selections) {
    const missingPrograms = missing(scenario.requiredPrograms);
    if (missingPrograms.length > 0)
      log(`left out: scenario ${scenario.name}, it needs ${nameAll(missingPrograms)}`);
    allMissing.push(...missingPrograms);
  }
  for (const rival of RIVALS.filter((it) => selections.some(({ rivals }) => rivals.includes(it)))) {
    const missingPrograms = missing(rival.requiredPrograms);
    if (missingPrograms.length > 0) log(`left out: ${rival.name}, it needs ${nameAll(missingPrograms)}`);
    allMissing.push(...missingPrograms);
  }
  if (allMissing.length > 0) log(`to have them: ${howToInstall(allMissing)}`);
}

function nameAll(programs: readonly Program[]): string {
  return programs.map((it) => it.name).join(' and ');
}

async function measureFunctions(): Promise<FunctionCost[]> {
  log(`\n${MICRO}: functions of the hot path`);
  const program = fileURLToPath(new URL('micro/main.ts', import.meta.url));
  const output = await runToEnd([process.execPath, program], SEPARATE_CORES.proxy, MICRO_TIMEOUT);
  const costs = JSON.parse(output) as FunctionCost[];
  for (const { name, best, median } of costs) {
    log(
      `${name.padEnd(50)} ${best.toFixed(0).padStart(8)} ns/op best ${median.toFixed(0).padStart(8)} median`,
    );
  }
  return costs;
}

function write(
  options: Options,
  scenarios: readonly ScenarioResult[],
  functions: readonly FunctionCost[],
): void {
  const { out, rounds, seconds } = options;
  const results = { machine: machine(), rounds, seconds, yardstick: YARDSTICK.name, scenarios, functions };
  mkdirSync(out, { recursive: true });
  const json = join(out, 'bench.json');
  writeFileSync(json, toJson(results));
  log(`figures: ${json}`);
  const svg = cpuChart(results);
  if (svg === undefined) return;
  const file = join(out, 'bench.svg');
  writeFileSync(file, svg);
  log(`chart:   ${file}`);
}

function list(): void {
  log(`${USAGE}\n\nScenarios (* in a default run)`);
  for (const { name, title, byDefault } of SCENARIOS) {
    log(`  ${byDefault === 'no' ? ' ' : '*'} ${name.padEnd(18)} ${title}`);
  }
  log(`  * ${MICRO.padEnd(18)} functions of the hot path: parse a head, match, pick, write a head`);
  log('\nRivals');
  for (const { name, description, requiredPrograms } of RIVALS) {
    const missingPrograms = missing(requiredPrograms);
    const allMissing = missingPrograms.length > 0 ? `  [missing: ${howToInstall(missingPrograms)}]` : '';
    log(`    ${name.padEnd(24)} ${description}${allMissing}`);
  }
}
