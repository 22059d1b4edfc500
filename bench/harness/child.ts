import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { searchPath } from './programs.ts';

/** Maximum time in which a child has to end after SIGTERM, in milliseconds. */
const KILL_TIMEOUT = 3_000;

export interface ChildOptions {
  /** CPUs in taskset's notation: `0`, `0,1`. */
  readonly cores: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdout?: 'pipe' | number;
}

/** A child process on given CPUs. Its owner, or the end of the whole bench, ends it by its pid. */
export class Child {
  static readonly #running = new Set<Child>();
  static #endedAll = false;

  readonly process: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<void>;
  #stdout = '';
  #stderr = '';

  constructor(command: readonly string[], { cores, env = {}, stdout = 'pipe' }: ChildOptions) {
    if (Child.#endedAll) throw new Error('the bench is being ended');
    this.process = spawn('taskset', ['-c', cores, ...command], {
      env: { ...process.env, PATH: searchPath(), ...env },
      stdio: ['ignore', stdout, 'pipe'],
    });
    // taskset replaces itself with the command, so the pid is that of the command.
    this.pid = this.process.pid ?? 0;
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout = (this.#stdout + text).slice(-100_000);
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-10_000);
    });
    this.ended = this.#end();
    Child.#running.add(this);
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** The last part of its output. */
  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  async #end(): Promise<void> {
    await once(this.process, 'close');
    Child.#running.delete(this);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.running) this.process.kill('SIGTERM');
    const killTimer = setTimeout(() => this.process.kill('SIGKILL'), KILL_TIMEOUT);
    await this.ended;
    clearTimeout(killTimer);
  }

  /** Ends every child that still runs; no further child can start. */
  static async endAll(): Promise<void> {
    Child.#endedAll = true;
    await Promise.all([...Child.#running].map((it) => it[Symbol.asyncDispose]()));
  }
}

/** Runs a command to its end and returns its output. Throws if it fails or takes longer than `timeout` milliseconds. */
export async function runToEnd(command: readonly string[], cores: string, timeout: number): Promise<string> {
  await using child = new Child(command, { cores });
  const timer = setTimeout(() => child.process.kill('SIGKILL'), timeout);
  await child.ended;
  clearTimeout(timer);
  if (child.process.exitCode === 0) return child.stdout;
  const exit = child.process.signalCode ?? child.process.exitCode;
  const reason = /^\w*Error\b.*$/m.exec(child.stderr)?.[0] ?? child.stderr.slice(-300);
  const name = command.slice(0, 2).map((it) => basename(it));
  throw new Error(`${name.join(' ')} ended with ${exit} ${reason}`.trim());
}
