import type { Readable, Writable } from 'node:stream';
import type { Machine } from '../config/machine.ts';

/** Those of the process; each is opened by the first look at it. */
export interface StandardStreams {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    /** A terminal only: keys come as they are, and none of them makes a signal. */
    setRawMode?(on: boolean): unknown;
  };
  readonly stdout: Output;
  readonly stderr: Output;
}

/** A terminal has a size, and emits `resize`. */
type Output = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** What a command may know of and do to its process; `main.ts` is where it comes from. */
export interface Runtime {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments after the command's name. */
  readonly args: readonly string[];
  readonly version: string;
  readonly machine: Machine;
  /** Bytes of the whole process; `heap`: what JavaScript of the main thread uses. */
  readonly memory: () => { readonly resident: number; readonly heap: number };
  readonly stdout: { readonly fd: number; readonly terminal: boolean };
  /** For bytes; `print` and `complain` are for text. */
  readonly streams: StandardStreams;
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
