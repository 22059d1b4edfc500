import type { Machine } from '../config/machine.ts';

/** What a command may know of and do to its process; `main.ts` is where it comes from. */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments after the command's name. */
  readonly args: readonly string[];
  readonly version: string;
  readonly machine: Machine;
  readonly stdout: { readonly fd: number; readonly terminal: boolean };
  /** To stdout, for people and pipes. */
  readonly print: (text: string) => void;
  /** To stderr, a line each. */
  readonly complain: (...lines: readonly string[]) => void;
  readonly onSignal: (signal: NodeJS.Signals, listener: () => void) => void;
  /** Uncaught errors and unhandled rejections. */
  readonly onFault: (listener: (error: unknown) => void) => void;
}

/** Resolves with the exit code. */
export type Command = (runtime: Runtime) => Promise<number>;
