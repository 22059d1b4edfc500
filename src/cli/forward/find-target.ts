import type { ApiServer } from '../../cluster/api/api-server.ts';
import { systemClock } from '../../cluster/clock.ts';
import { SourceError } from '../../cluster/source.ts';
import { FollowedTarget } from '../../cluster/targets/followed-target.ts';
import { annotationNames } from '../../config/annotation-names.ts';
import { loadConfig } from '../../config/load.ts';
import { optionRules } from '../../config/pod-options.ts';
import { nameProblem } from '../../podstream/pod-target.ts';
import { type RemotePort, remotePortText } from '../../podstream/targets/forwarded-port.ts';
import { targetText } from '../../podstream/targets/target.ts';
import type { Runtime } from '../runtime.ts';
import type { ForwardArguments } from './forward-arguments.ts';
import { PodPicker } from './pod-picker.ts';

/** A target that podway follows, with a picker of its pods for each forwarded port. */
export interface FoundTarget {
  readonly followed: FollowedTarget;
  readonly ports: readonly {
    readonly local: number;
    readonly remote: RemotePort;
    readonly podPicker: PodPicker;
  }[];
}

interface FindContext {
  readonly api: ApiServer;
  /** The namespace of the context. */
  readonly namespace: string;
  readonly env: Runtime['env'];
  readonly signal: AbortSignal;
}

/**
 * Finds the target of the forwarding. An owner may have no pods yet. A route, a label or a name without a pod is more likely a
 * typing mistake, so it is an error.
 *
 * @throws ApiFailure, SourceError
 */
export async function findTarget(args: ForwardArguments, context: FindContext): Promise<FoundTarget> {
  const { api, env, signal } = context;
  const { target, allNamespaces } = args;
  const namespace = args.namespace ?? context.namespace;
  const problem = nameProblem({ namespace, pod: 'any', container: undefined });
  if (problem !== undefined) throw new SourceError(problem);
  const followed = await FollowedTarget.open({
    api,
    clock: systemClock,
    target,
    namespace: allNamespaces ? undefined : namespace,
    ...(target.kind === 'route' && { routes: routesAsConfigured(env) }),
    signal,
  });
  if (followed.pods.size === 0 && target.kind !== 'owner')
    throw new SourceError(nothingFound(args, allNamespaces ? 'any namespace' : `namespace ${namespace}`));
  const ports = args.ports.map((port) => ({
    ...port,
    podPicker: new PodPicker({ followed, target, clock: systemClock }, port.remote),
  }));
  const runs = [...followed.pods.values()].some(({ isRunning }) => isRunning);
  for (const { remote, podPicker } of ports) {
    const behind = followed.podPortOf(remote);
    if ('problem' in behind) throw new SourceError(behind.problem);
    if (runs && podPicker.endpoints().length === 0)
      throw new SourceError(
        `no pod behind ${targetText(target)} has a port named ${remotePortText(behind.remote)}`,
      );
  }
  return { followed, ports };
}

function nothingFound({ target, allNamespaces }: ForwardArguments, where: string): string {
  const elsewhere = allNamespaces ? '' : ' (use -n NAMESPACE or -A to search elsewhere)';
  switch (target.kind) {
    case 'route':
      return `no pod in ${where} declares the route ${targetText(target)}${elsewhere}`;
    case 'selector':
      return `no pod in ${where} has the labels ${targetText(target)}${elsewhere}`;
    case 'pod':
    case 'owner':
      return `there is no ${targetText(target).replace('/', ' ')} in ${where}`;
  }
}

/** The rules for annotations from the settings, so that podway finds the same routes as the router. */
function routesAsConfigured(env: Runtime['env']) {
  const loaded = loadConfig(env);
  if ('problems' in loaded) throw new SourceError(`a setting is wrong: ${loaded.problems[0] ?? ''}`);
  const { config } = loaded;
  return {
    annotations: annotationNames(config),
    optionRules: optionRules(config),
    requireContainerPort: config.requireContainerPort,
    maxRoutesPerPod: config.maxRoutesPerPod,
    labelSelector: config.routableLabelSelector.text,
  };
}
