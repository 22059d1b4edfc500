import { forwardTarget, nameProblem } from '../../podstream/pod-target.ts';
import { FORWARD_PROTOCOLS } from '../../podstream/port-forward.ts';
import type { ApiServer } from '../api/api-server.ts';
import type { Clock } from '../clock.ts';
import { type OpenConnection, openConnection, type StreamRequest } from './handshake.ts';
import { openWithRetries } from './open-with-retries.ts';
import { TunnelError } from './tunnel-error.ts';

type ForwardProtocol = (typeof FORWARD_PROTOCOLS)[number];

/** A port of a pod: a connection to it reaches `localhost` in the pod's network namespace. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  /** 1 to 65535. */
  readonly port: number;
}

/** `waited`: milliseconds until the turn of this tunnel, if tunnels wait for each other. */
type OpenedForward = OpenConnection<ForwardProtocol> & { readonly waited?: number };

/** Opens the connection of a tunnel. Rejects with an ApiFailure or a TunnelError; `signal` cancels the opening. */
export type OpenForward = (signal: AbortSignal) => Promise<OpenedForward>;

/**
 * The request for a tunnel to a port.
 *
 * @throws TunnelError if a name is invalid, because the path would be another one
 */
export function forwardRequest(
  target: PodPort,
  clock: Clock,
  signal: AbortSignal,
): StreamRequest<ForwardProtocol> {
  const { namespace, port } = target;
  const problem = nameProblem({ ...target, container: undefined });
  if (problem !== undefined) throw new TunnelError('EPODREFUSED', problem);
  const resource = {
    name: 'pods/portforward',
    namespace,
    labelSelector: undefined,
    objectName: undefined,
  };
  return {
    call: { resource, verb: 'open' },
    target: forwardTarget(target, port),
    protocols: FORWARD_PROTOCOLS,
    clock,
    signal,
  };
}

/**
 * For commands, which open few tunnels: repeats a request that was refused because of old credentials, and waits if the
 * server asks for it.
 */
export function forwardFrom(api: ApiServer, target: PodPort, clock: Clock): OpenForward {
  return async (signal) => openWithRetries(api, forwardRequest(target, clock, signal), openConnection);
}
