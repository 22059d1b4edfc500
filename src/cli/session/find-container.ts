import { ApiServer } from '../../cluster/api/api-server.ts';
import { namespaceOf, serverOf } from '../../cluster/api/kubeconfig.ts';
import { systemClock } from '../../cluster/clock.ts';
import { getPod } from '../../cluster/streams/pod-object.ts';
import { firstPod } from '../../cluster/targets/first-pod.ts';
import { nameProblem, type PodTarget } from '../../podstream/pod-target.ts';
import { chooseContainer, type ContainerView, type PodView } from '../../podstream/pod-view.ts';
import { printable } from '../../wiring/rejection.ts';
import { chosenKubeconfig } from '../chosen-kubeconfig.ts';
import type { Runtime } from '../runtime.ts';
import type { PodArguments } from './session-arguments.ts';
import { SessionError } from './session-error.ts';

/** Maximum time until the API server answers, in milliseconds. */
const API_TIMEOUT = 30_000;

/** A container of a pod, and the API server of its cluster. */
export interface FoundContainer {
  readonly api: ApiServer;
  /** Has the name of the container. */
  readonly target: PodTarget;
  readonly pod: PodView;
  readonly container: ContainerView;
}

interface FindContext {
  readonly env: Runtime['env'];
  /** Writes a line for the user to stderr. */
  readonly printError: (text: string) => void;
}

/**
 * The container that the flags name, or the container that kubectl would choose.
 *
 * @throws ApiFailure, SourceError, SessionError
 */
export async function findContainer(
  args: PodArguments,
  { env, printError }: FindContext,
  signal: AbortSignal,
): Promise<FoundContainer> {
  const load = chosenKubeconfig(args, env);
  serverOf(load);
  const namespace = args.namespace ?? namespaceOf(load());
  const problem = nameProblem({ namespace, pod: args.target.name, container: args.container });
  if (problem !== undefined) throw new SessionError(problem);
  const api = new ApiServer({ load, timeout: API_TIMEOUT });
  const name = await podOf(api, { target: args.target, namespace }, signal);
  const requested: PodTarget = { namespace, pod: name, container: args.container };
  const pod = await getPod(api, requested, signal);
  if (pod === undefined)
    throw new SessionError(`there is no pod ${requested.pod} in namespace ${requested.namespace}`);
  const chosen = chooseContainer(pod, args.container);
  if ('problem' in chosen) throw new SessionError(chosen.problem);
  const { container, isGuess } = chosen;
  const names = pod.containers.slice(0, pod.ordinary).map(({ name }) => printable(name));
  if (isGuess) printError(`container ${names[0]} of ${names.join(', ')} (choose with -c)`);
  return { api, target: { ...requested, container: container.name }, pod, container };
}

/** The name of the pod; for an owner, its first ready pod. */
async function podOf(
  api: ApiServer,
  { target, namespace }: Pick<PodArguments, 'target'> & { readonly namespace: string },
  signal: AbortSignal,
): Promise<string> {
  if (target.kind === 'pod') return target.name;
  return (await firstPod({ api, clock: systemClock, target, namespace, signal })).name;
}
