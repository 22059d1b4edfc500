import { own, ownArray, ownString } from '../../wiring/json.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { type AnnotationNames, readPod } from '../../wiring/pod.ts';
import { type Wiring, type WiringOptions, wirePod } from '../../wiring/annotations/wiring.ts';
import type { RemotePort } from './forwarded-port.ts';
import type { Target } from './target.ts';

/** The fields of a pod that forwarding needs. */
export interface TargetPod extends ObjectId {
  /** The pod runs and is not being deleted. */
  readonly isRunning: boolean;
  /** The pod runs, is not being deleted, and is Ready. */
  readonly isReady: boolean;
  /** Named TCP ports of its containers. */
  readonly named: readonly { readonly name: string; readonly port: number }[];
  /** The routes that its annotations declare. */
  readonly wirings: readonly Wiring[];
}

/** The rules for annotations, the same as those of the router. */
export interface RouteReading extends WiringOptions {
  readonly annotations: AnnotationNames;
}

/** Reads a pod object of the API. Undefined if it has no valid name. Reads annotations only with `routes`. */
export function readTargetPod(object: unknown, routes: RouteReading | undefined): TargetPod | undefined {
  const pod = readPod(object, routes?.annotations ?? { hosts: '', paths: '', options: '' });
  if (pod === undefined) return undefined;
  const { uid, namespace, name, phase, ready, terminating } = pod;
  const isRunning = phase === 'Running' && !terminating;
  return {
    uid,
    namespace,
    name,
    isRunning,
    isReady: isRunning && ready,
    named: namedPorts(own(object, 'spec')),
    wirings: routes === undefined ? [] : wirePod(pod, routes).wirings,
  };
}

/** Whether the pod belongs to the target. The API server has already selected by name and labels. */
export function belongsTo({ wirings }: TargetPod, target: Target): boolean {
  return (
    target.kind !== 'route' || wirings.some(({ host, path }) => host === target.host && path === target.path)
  );
}

/** The matching ports of a pod: none if it has no port of that name, several if the annotation declares several. */
export function portsOf({ named, wirings }: TargetPod, target: Target, remote: RemotePort): number[] {
  switch (remote.kind) {
    case 'number':
      return [remote.port];
    case 'name':
      return named.filter(({ name }) => name === remote.name).map(({ port }) => port);
    case 'route':
      if (target.kind !== 'route') return [];
      return wirings
        .filter(({ host, path }) => host === target.host && path === target.path)
        .map(({ port }) => port);
  }
}

function namedPorts(spec: unknown): TargetPod['named'] {
  const sidecars = ownArray(spec, 'initContainers').filter(
    (it) => ownString(it, 'restartPolicy') === 'Always',
  );
  return [...ownArray(spec, 'containers'), ...sidecars].flatMap((container) =>
    ownArray(container, 'ports').flatMap((declared) => {
      const [name, port] = [ownString(declared, 'name'), own(declared, 'containerPort')];
      const isTcp = (own(declared, 'protocol') ?? 'TCP') === 'TCP';
      return isTcp && name && typeof port === 'number' ? [{ name, port }] : [];
    }),
  );
}
