import { ApiFailure } from '../../cluster/api/api-failure.ts';
import { SourceError } from '../../cluster/source.ts';
import type { Runtime } from '../runtime.ts';
import { Interruption } from './interruption.ts';
import { readSessionArguments, type SessionArguments } from './session-arguments.ts';
import { SessionError } from './session-error.ts';

/** Exit code for a failure of podway itself, not of the program in the pod. */
export const OWN_FAILURE = 125;

interface SessionKind {
  readonly verb: 'exec' | 'attach';
  readonly usage: string;
}

/** Runs `podway exec` or `podway attach`; resolves with the exit code. */
export async function runSession({ verb, usage }: SessionKind, runtime: Runtime): Promise<number> {
  const printError = (text: string) => runtime.printError(`podway ${verb}: ${text}`);
  const args = readSessionArguments(runtime.args);
  if (args === 'help') {
    runtime.print(usage);
    return 0;
  }
  const problem = 'problem' in args ? args.problem : commandProblem(verb, args);
  if (problem !== undefined || 'problem' in args) {
    printError(`${problem} (podway ${verb} --help)`);
    return OWN_FAILURE;
  }
  const interruption = new Interruption(runtime);
  try {
    // The modules that read kubeconfigs take long to load, so podway reports wrong flags before it loads them.
    const [{ openSession }, { connectStreams }] = await Promise.all([
      import('./open-session.ts'),
      import('./connect-streams.ts'),
    ]);
    const opened = await openSession(
      args,
      { verb, env: runtime.env, streams: runtime.streams, printError },
      interruption.signal,
    );
    return await connectStreams(opened, { verb, streams: runtime.streams, printError }, interruption);
  } catch (error) {
    if (interruption.code !== undefined) return interruption.code;
    if (!isForPeople(error)) throw error;
    printError(error.message);
    return OWN_FAILURE;
  }
}

function commandProblem(verb: SessionKind['verb'], { command }: SessionArguments): string | undefined {
  if (verb === 'attach') return command.length > 0 ? 'expected no command' : undefined;
  return command.length > 0 ? undefined : 'expected a command after --';
}

/** Whether the message of an error is a line for the user. Other errors are bugs of podway. */
export function isForPeople(error: unknown): error is Error {
  return error instanceof ApiFailure || error instanceof SourceError || error instanceof SessionError;
}
