import type { Readable, Writable } from 'node:stream';
import type { Machine } from '../config/machine.ts';

/** The standard streams of the process. Node opens each when it is read for the first time. */
export interface StandardStreams {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    /** Only if stdin is a terminal: every key arrives as its bytes, and no key causes a signal. */
    setRawMode?(on: boolean): unknown;
  };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** An output. If it is a terminal, it has a size and emits `resize`. */
type Output = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** The process as commands see it. `main.ts` makes it. */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments after the command's name. */
  readonly args: readonly string[];
  readonly version: string;
  readonly machine: Machine;
  /** `resident`: bytes of the process in physical memory; `heap`: bytes of JavaScript objects of the main thread. */
  readonly memory: () => { readonly resident: number; readonly heap: number };
  readonly stdout: { readonly fd: number; readonly terminal: boolean };
  /** For bytes; text goes through `print` and `printError`. */
  readonly streams: StandardStreams;
  /** Writes text to stdout. */
  readonly print: (text: string) => void;
  /** Writes lines to stderr. */
  readonly printError: (...lines: readonly string[]) => void;
  readonly onSignal: (signal: NodeJS.Signals, listener: () => void) => void;
  /** Registers a listener for uncaught errors and unhandled rejections. */
  readonly onFault: (listener: (error: unknown) => void) => void;
}

/** A command of the program. Resolves with the exit code. */
export type Command = (runtime: Runtime) => Promise<number>;
