import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Signals that podway passes on to the command. A terminal sends the first two to all its foreground programs anyway. */
const FORWARDED_SIGNALS = ['SIGINT', 'SIGHUP', 'SIGTERM'] as const;
type Passed = (typeof FORWARDED_SIGNALS)[number];

/** Exit codes of shells and of env(1) for a program that they cannot start. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

export interface CommandOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** stdin is a terminal, which sends its signals to the program itself. */
  readonly atTerminal: boolean;
}

/** A program that runs beside the router, with the stdio of podway. */
export class RunningCommand {
  /** Resolves with the exit code; after a signal, 128 plus its number. */
  readonly ended: Promise<number>;
  readonly #kill: (signal: NodeJS.Signals) => void;
  readonly #atTerminal: boolean;

  /** @param printError prints why the program could not be started */
  constructor({ program, args, env, atTerminal }: CommandOptions, printError: (text: string) => void) {
    this.#atTerminal = atTerminal;
    const child = spawn(program, args, { env, stdio: 'inherit' });
    this.#kill = (signal) => child.kill(signal);
    const { promise, resolve } = Promise.withResolvers<number>();
    this.ended = promise;
    child.once('error', (error: NodeJS.ErrnoException) => {
      printError(`${program} cannot be started (${error.code ?? 'unknown error'})`);
      resolve(error.code === 'ENOENT' ? NOT_FOUND : NOT_EXECUTABLE);
    });
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : codeOf(signal)));
  }

  pass(signal: Passed): void {
    if (this.#atTerminal && signal !== 'SIGTERM') return;
    this.#kill(signal);
  }

  /** Ends the program after the router has failed. */
  async end(within: number): Promise<void> {
    this.#kill('SIGTERM');
    const timer = setTimeout(() => this.#kill('SIGKILL'), within);
    await this.ended;
    clearTimeout(timer);
  }
}

/** The exit code that shells report for a signal. */
export function codeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
