import { commandTarget, type PodTarget } from '../../podstream/pod-target.ts';
import type { CommandStreams } from '../../podstream/remote-command.ts';
import { COMMAND_PROTOCOLS } from '../../podstream/subprotocol.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { Clock } from '../clock.ts';
import { CommandSession } from './command-session.ts';
import { openStream } from './handshake.ts';
import { openWithRetries } from './open-with-retries.ts';

export interface CommandRequest {
  readonly target: PodTarget;
  readonly streams: CommandStreams;
  /** The command to run; undefined to attach to the running process. */
  readonly command: readonly string[] | undefined;
}

/**
 * Runs a command in a container, or attaches to its first process.
 *
 * @throws ApiFailure if the API server refuses it
 */
export async function openCommand(
  api: ApiServer,
  { target, streams, command }: CommandRequest,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CommandSession> {
  const name = command === undefined ? 'pods/attach' : 'pods/exec';
  const { namespace } = target;
  const resource = { name, namespace, labelSelector: undefined, objectName: undefined };
  const request = {
    call: { resource, verb: 'open' },
    target: commandTarget(target, streams, command),
    protocols: COMMAND_PROTOCOLS,
    clock,
    signal,
  } as const;
  const opened = await openWithRetries(api, request, openStream);
  return new CommandSession(opened, streams, clock);
}
