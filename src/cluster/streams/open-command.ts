import { commandTarget, type PodTarget } from '../../podstream/pod-target.ts';
import type { CommandStreams } from '../../podstream/remote-command.ts';
import { COMMAND_PROTOCOLS } from '../../podstream/subprotocol.ts';
import { ApiFailure } from '../api/api-failure.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { Clock } from '../clock.ts';
import { CommandSession } from './command-session.ts';
import { type OpenStream, openStream, type StreamRequest } from './handshake.ts';

/** Times that a server which asks for it is left alone, and the longest time (milliseconds) that it may ask for. */
const MOST_WAITS = 3;
const LONGEST_WAIT = 10_000;

export interface CommandRequest {
  readonly target: PodTarget;
  readonly streams: CommandStreams;
  /** What is run; undefined: attach to what runs already. */
  readonly command: readonly string[] | undefined;
}

/**
 * Runs a command in a container, or attaches to its first one.
 *
 * @throws ApiFailure when it is refused
 */
export async function openCommand(
  api: ApiServer,
  { target, streams, command }: CommandRequest,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CommandSession> {
  const name = command === undefined ? 'pods/attach' : 'pods/exec';
  const { namespace } = target;
  const resource = { name, namespace, labelSelector: undefined, objectName: undefined };
  const opened = await openPatiently(api, {
    call: { resource, verb: 'open' },
    target: commandTarget(target, streams, command),
    protocols: COMMAND_PROTOCOLS,
    clock,
    signal,
  });
  return new CommandSession(opened, streams, clock);
}

/** A refused handshake has begun nothing: it is repeated once with new credentials, and when the server asks for time. */
async function openPatiently<T extends string>(
  api: ApiServer,
  request: StreamRequest<T>,
): Promise<OpenStream<T>> {
  let hasReloaded = false;
  for (let waits = 0; ; ) {
    const access = await api.streamAccess(request.signal);
    try {
      return await openStream(access, request);
    } catch (error) {
      if (!(error instanceof ApiFailure) || request.signal.aborted) throw error;
      api.failed(error);
      if (error.readsCredentials && !hasReloaded) {
        hasReloaded = true;
        continue;
      }
      const { retryAfter } = error;
      if (retryAfter === undefined || retryAfter > LONGEST_WAIT || waits >= MOST_WAITS) throw error;
      waits += 1;
      await request.clock.sleep(retryAfter, request.signal);
    }
  }
}
