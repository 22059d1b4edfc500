import { readFile } from 'node:fs/promises';
import { ApiFailure } from '../../cluster/api/api-failure.ts';
import { SourceError } from '../../cluster/source.ts';
import { printable } from '../../wiring/rejection.ts';
import type { Command, Runtime } from '../runtime.ts';
import { Interruption } from '../session/interruption.ts';
import type { Listener } from './listener.ts';
import {
  COMMON_USAGE,
  type OperatorArguments,
  type Problem,
  type ReadArguments,
  readOperatorArguments,
} from './operator-arguments.ts';
import { FAILED, OperatorError } from './operator-error.ts';

/** A command that asks operator listeners. */
export interface OperatorCommand<T> {
  readonly name: string;
  readonly usage: string;
  /** Its further flags. */
  readonly flags: Parameters<typeof readOperatorArguments>[1];
  /** Reads the arguments, or returns what is wrong with them. */
  readonly read: (given: ReadArguments) => T | Problem;
  /** Whether the question has secrets, which podway must not send to any pod that has a router's labels. */
  readonly holdsSecrets?: (asked: T) => boolean;
  /** Resolves with the exit code. @throws OperatorError, ApiFailure, SourceError */
  readonly run: (asked: T, context: CommandContext) => Promise<number>;
}

export interface CommandContext {
  readonly common: OperatorArguments;
  readonly runtime: Pick<Runtime, 'env' | 'streams'>;
  /** Writes to stdout; resolves when stdout has taken the text. If the reader of stdout has gone, the command ends. */
  readonly print: (text: string) => Promise<void>;
  /** Writes a line to stderr. */
  readonly printError: (text: string) => void;
  readonly token: string | undefined;
  readonly signal: AbortSignal;
}

/** Exit code when the reader of stdout has gone: 128 plus the number of SIGPIPE. */
const SIGPIPE_EXIT_CODE = 141;
/** Maximum size of a token file, in bytes. */
const MAX_TOKEN_BYTES = 4_096;

/** Makes a Command: reads the arguments, and turns errors meant for users into one line and an exit code. */
export function operatorCommand<T>(command: OperatorCommand<T>): Command {
  const { name, usage, flags } = command;
  return async (runtime) => {
    const printError = (text: string) => runtime.printError(`podway ${name}: ${text}`);
    const tokenFile = runtime.env['PODWAY_OPERATOR_TOKEN_FILE'];
    const given = readOperatorArguments(runtime.args, flags, tokenFile);
    if (given === 'help') {
      runtime.print(`${usage}${COMMON_USAGE}`);
      return 0;
    }
    const asked = 'problem' in given ? given : command.read(given);
    const problem = problemOf(command, given, asked);
    if (problem !== undefined || 'problem' in given) {
      printError(`${problem} (podway ${name} --help)`);
      return FAILED;
    }
    const interruption = new Interruption(runtime);
    const { common } = given;
    const output = new Output(runtime.streams.stdout);
    const signal = AbortSignal.any([interruption.signal, output.gone]);
    const print = (text: string) => output.write(text);
    try {
      const token = common.tokenFile === undefined ? undefined : await readToken(common.tokenFile);
      const code = await command.run(asked as T, { common, runtime, print, printError, token, signal });
      return interruption.code ?? (output.gone.aborted ? SIGPIPE_EXIT_CODE : code);
    } catch (error) {
      if (interruption.code !== undefined) return interruption.code;
      if (output.gone.aborted) return SIGPIPE_EXIT_CODE;
      if (error instanceof OperatorError) {
        printError(error.message);
        return error.code;
      }
      if (!(error instanceof ApiFailure) && !(error instanceof SourceError)) throw error;
      printError(error.message);
      return FAILED;
    }
  };
}

function problemOf<T>(
  { holdsSecrets }: OperatorCommand<T>,
  given: ReadArguments | Problem,
  asked: T | Problem,
): string | undefined {
  if ('problem' in given) return given.problem;
  if (isProblem(asked)) return asked.problem;
  const { url, namespace, tokenFile } = given.common;
  if (url !== undefined || namespace !== undefined) return undefined;
  if (tokenFile !== undefined) return 'expected -n with a token: it is sent to pods of that namespace only';
  if (holdsSecrets?.(asked) !== true) return undefined;
  return 'expected -n with a key, a cookie or credentials: they are sent to pods of that namespace only';
}

function isProblem(asked: unknown): asked is Problem {
  return typeof asked === 'object' && asked !== null && 'problem' in asked;
}

async function readToken(path: string): Promise<string> {
  let text: string;
  try {
    text = (await readFile(path, 'latin1')).trim();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new OperatorError(`the token file ${printable(path)} cannot be read (${code})`);
  }
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= MAX_TOKEN_BYTES) return text;
  throw new OperatorError(`the token file ${printable(path)} has to hold one line of printable characters`);
}

/** Writes to stdout until its reader has gone, as in `podway tail | head`. */
class Output {
  readonly #stdout: Runtime['streams']['stdout'];
  readonly #over = new AbortController();

  constructor(stdout: Runtime['streams']['stdout']) {
    this.#stdout = stdout.on('error', () => this.#over.abort());
  }

  get gone(): AbortSignal {
    return this.#over.signal;
  }

  write(text: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#stdout.write(text, () => resolve());
    return promise;
  }
}

/** Asks the listeners one after the other until one answers. Throws the last failure if none does. */
export async function firstAnswer<T>(
  listeners: readonly Listener[],
  ask: (listener: Listener) => Promise<T>,
): Promise<{ readonly answer: T; readonly listener: Listener }> {
  let last = new OperatorError('no router was found');
  for (const listener of listeners) {
    try {
      return { answer: await ask(listener), listener };
    } catch (error) {
      if (!(error instanceof OperatorError) || !error.isPassing) throw error;
      last = error;
    }
  }
  throw last;
}
