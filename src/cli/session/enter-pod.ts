import { ApiServer } from '../../cluster/api/api-server.ts';
import { namespaceOf, serverOf } from '../../cluster/api/kubeconfig.ts';
import { systemClock } from '../../cluster/clock.ts';
import type { CommandSession } from '../../cluster/streams/command-session.ts';
import { openCommand } from '../../cluster/streams/open-command.ts';
import { getPod } from '../../cluster/streams/pod-object.ts';
import { firstPod } from '../../cluster/targets/first-pod.ts';
import { nameProblem, type PodTarget } from '../../podstream/pod-target.ts';
import { chooseContainer, type ContainerView, type PodView } from '../../podstream/pod-view.ts';
import type { CommandStreams } from '../../podstream/remote-command.ts';
import { printable } from '../../wiring/rejection.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import type { Runtime, StandardStreams } from '../runtime.ts';
import type { SessionArguments } from './session-arguments.ts';
import { SessionError } from './session-error.ts';

/** Milliseconds that the API server may take to answer. */
const API_TIMEOUT = 30_000;

export interface SessionContext {
  readonly verb: 'exec' | 'attach';
  readonly env: Runtime['env'];
  readonly streams: StandardStreams;
  /** A line for people, on stderr. */
  readonly complain: (text: string) => void;
}

/** A session that has begun, and where. */
export interface Entered {
  readonly session: CommandSession;
  readonly api: ApiServer;
  readonly target: PodTarget;
  readonly container: string;
  /** As it was before. */
  readonly pod: PodView;
  readonly streams: CommandStreams;
}

/**
 * Finds the pod and the container, and runs the command there or attaches to what runs there.
 *
 * @throws ApiFailure, SourceError, SessionError
 */
export async function enterPod(
  args: SessionArguments,
  context: SessionContext,
  signal: AbortSignal,
): Promise<Entered> {
  const load = chosenKubeconfig(args, context.env);
  serverOf(load);
  const namespace = args.namespace ?? namespaceOf(load());
  const problem = nameProblem({ namespace, pod: args.target.name, container: args.container });
  if (problem !== undefined) throw new SessionError(problem);
  const api = new ApiServer({ load, timeout: API_TIMEOUT });
  const name = await podOf(api, { target: args.target, namespace }, signal);
  const asked: PodTarget = { namespace, pod: name, container: args.container };
  const pod = await getPod(api, asked, signal);
  if (pod === undefined)
    throw new SessionError(`there is no pod ${asked.pod} in namespace ${asked.namespace}`);
  const chosen = chooseContainer(pod, args.container);
  if ('problem' in chosen) throw new SessionError(chosen.problem);
  const { container, isGuess } = chosen;
  const names = pod.containers.slice(0, pod.ordinary).map(({ name }) => printable(name));
  if (isGuess) context.complain(`container ${names[0]} of ${names.join(', ')} (choose with -c)`);
  const target = { ...asked, container: container.name };
  const streams = streamsFor(args, container, context);
  const command = context.verb === 'exec' ? args.command : undefined;
  const session = await openCommand(api, { target, streams, command }, { clock: systemClock, signal });
  return { session, api, target, container: container.name, pod, streams };
}

/** The name of the pod; of several behind an owner, the first one that is ready. */
async function podOf(
  api: ApiServer,
  { target, namespace }: Pick<SessionArguments, 'target'> & { readonly namespace: string },
  signal: AbortSignal,
): Promise<string> {
  if (target.kind === 'pod') return target.name;
  return (await firstPod({ api, clock: systemClock, target, namespace, signal })).name;
}

/** As kubectl: a terminal needs one on this side; who attaches gets one exactly where the container has one. */
function streamsFor(
  { stdin, tty }: SessionArguments,
  container: ContainerView,
  { verb, streams, complain }: SessionContext,
): CommandStreams {
  if (verb === 'attach') {
    if (tty && !container.tty) complain(`container ${container.name} has no terminal`);
    return { stdin, stdout: true, stderr: !container.tty, tty: container.tty };
  }
  const wanted = tty && stdin;
  const isPossible = wanted && streams.stdin.isTTY === true;
  if (wanted && !isPossible) complain('no terminal for the command: stdin is none');
  return { stdin, stdout: true, stderr: !isPossible, tty: isPossible };
}
