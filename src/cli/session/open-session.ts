import type { ApiServer } from '../../cluster/api/api-server.ts';
import { systemClock } from '../../cluster/clock.ts';
import type { CommandSession } from '../../cluster/streams/command-session.ts';
import { openCommand } from '../../cluster/streams/open-command.ts';
import type { PodTarget } from '../../podstream/pod-target.ts';
import type { ContainerView, PodView } from '../../podstream/pod-view.ts';
import type { CommandStreams } from '../../podstream/remote-command.ts';
import type { Runtime, StandardStreams } from '../runtime.ts';
import { findContainer } from './find-container.ts';
import type { SessionArguments } from './session-arguments.ts';

export interface SessionContext {
  readonly verb: 'exec' | 'attach';
  readonly env: Runtime['env'];
  readonly streams: StandardStreams;
  /** Writes a line for the user to stderr. */
  readonly printError: (text: string) => void;
}

/** A session that has begun, with its container. */
export interface OpenedSession {
  readonly session: CommandSession;
  readonly api: ApiServer;
  readonly target: PodTarget;
  readonly container: string;
  /** The pod before the session began. */
  readonly pod: PodView;
  readonly streams: CommandStreams;
}

/**
 * Finds the pod and the container, and runs the command there or attaches to the main process.
 *
 * @throws ApiFailure, SourceError, SessionError
 */
export async function openSession(
  args: SessionArguments,
  context: SessionContext,
  signal: AbortSignal,
): Promise<OpenedSession> {
  const { api, target, pod, container } = await findContainer(args, context, signal);
  const streams = streamsFor(args, container, context);
  const command = context.verb === 'exec' ? args.command : undefined;
  const session = await openCommand(api, { target, streams, command }, { clock: systemClock, signal });
  return { session, api, target, container: container.name, pod, streams };
}

/**
 * Which streams the session has, as with kubectl: a terminal needs a terminal on this side. `attach` uses one if, and only
 * if, the container has one.
 */
function streamsFor(
  { stdin, tty }: SessionArguments,
  container: ContainerView,
  { verb, streams, printError }: SessionContext,
): CommandStreams {
  if (verb === 'attach') {
    if (tty && !container.tty) printError(`container ${container.name} has no terminal`);
    return { stdin, stdout: true, stderr: !container.tty, tty: container.tty };
  }
  const requested = tty && stdin;
  const isPossible = requested && streams.stdin.isTTY === true;
  if (requested && !isPossible) printError('the command gets no terminal: stdin is not a terminal');
  return { stdin, stdout: true, stderr: !isPossible, tty: isPossible };
}
