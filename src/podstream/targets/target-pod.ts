import { own, ownArray, ownString } from '../../wiring/json.ts';
import type { ObjectId } from '../../wiring/object-id.ts';
import { type AnnotationNames, readPod } from '../../wiring/pod.ts';
import { type Wiring, type WiringOptions, wirePod } from '../../wiring/annotations/wiring.ts';
import type { RemotePort } from './forwarded-port.ts';
import type { Target } from './target.ts';

/** What reaching a port of a pod needs to know of it. */
export interface TargetPod extends ObjectId {
  /** It runs, and is not being deleted. */
  readonly isRunning: boolean;
  /** It runs, is not being deleted, and says that it is ready. */
  readonly isReady: boolean;
  /** TCP ports that its containers declare with a name. */
  readonly named: readonly { readonly name: string; readonly port: number }[];
  /** What its annotations ask for. */
  readonly wirings: readonly Wiring[];
}

/** How annotations are read: as the router reads them. */
export interface RouteReading extends WiringOptions {
  readonly annotations: AnnotationNames;
}

/** Reduces a pod of the API; undefined when it has no usable name. Annotations are looked at only with `routes`. */
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

/** It stands behind the target; the API server has selected by name and labels already. */
export function belongsTo({ wirings }: TargetPod, target: Target): boolean {
  return (
    target.kind !== 'route' || wirings.some(({ host, path }) => host === target.host && path === target.path)
  );
}

/** The ports of a pod that are meant: none when it has no port of that name, several when the annotation names several. */
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
