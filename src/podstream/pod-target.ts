import type { CommandStreams } from './remote-command.ts';

/** A container of a pod. If `container` is undefined, the API server chooses. */
export interface PodTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string | undefined;
}

const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_NAME_LENGTH = 253;

/**
 * What is wrong with a name, or undefined. podway checks names before it puts them into a path, which `..` or `/` would
 * change (Kubernetes, "Object Names and IDs").
 */
export function nameProblem({ namespace, pod, container }: PodTarget): string | undefined {
  if (!LABEL.test(namespace))
    return 'the namespace is not a DNS label (a-z, 0-9 and inner hyphens, at most 63)';
  if (pod.length > MAX_NAME_LENGTH || !pod.split('.').every((label) => LABEL.test(label)))
    return 'the name of the pod is not a DNS name (labels of a-z, 0-9 and inner hyphens, joined by dots)';
  if (container !== undefined && !LABEL.test(container))
    return 'the name of the container is not a DNS label (a-z, 0-9 and inner hyphens, at most 63)';
  return undefined;
}

/**
 * Path and query of an exec request, or of an attach request if there is no command. Like kubectl, podway leaves out streams
 * that it does not use.
 */
export function commandTarget(
  { namespace, pod, container }: PodTarget,
  streams: CommandStreams,
  command?: readonly string[],
): string {
  const query = new URLSearchParams();
  for (const argument of command ?? []) query.append('command', argument);
  if (container !== undefined) query.set('container', container);
  for (const [name, isRequested] of Object.entries(streams)) if (isRequested) query.set(name, 'true');
  const subresource = command === undefined ? 'attach' : 'exec';
  return `/api/v1/namespaces/${namespace}/pods/${pod}/${subresource}?${query.toString()}`;
}

/** Path and query of a port-forward request for one port. */
export function forwardTarget(
  { namespace, pod }: Pick<PodTarget, 'namespace' | 'pod'>,
  port: number,
): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`;
}
