import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import type { TestContext } from 'node:test';

/** A parameter of a long test: the environment variable of that name, or what is enough for a look. */
export function parameter(name: string, fallback: number): number {
  return Number(process.env[name] ?? fallback);
}

/** Prints what a run has measured, with what it means nothing without. */
export function tell(t: TestContext, figures: Readonly<Record<string, number | string>>): void {
  const shown = Object.entries(figures).map(([name, value]) => `${name} ${rounded(value)}`);
  t.diagnostic(shown.join(', '));
  t.diagnostic(`on ${machine()}`);
}

/** What figures mean nothing without. */
export function machine(): string {
  const cpu = cpus();
  return `${cpu.length} cores of ${cpu[0]?.model.trim() ?? '?'}, Node ${process.version}, commit ${commit()}`;
}

function rounded(value: number | string): string {
  if (typeof value === 'string') return value;
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** `+` when something is not committed. */
function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
}
