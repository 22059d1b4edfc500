import { own, ownString } from '../../wiring/json.ts';
import type { AnnotationNames, Pod, UnselectedPod } from '../../wiring/pod.ts';
import type { Selector } from '../../wiring/selector.ts';
import type { Kind } from '../kind.ts';
import { PODS, readUnselected } from '../kinds/pods.ts';
import { type Controller, controllerOf } from './controller.ts';

/** What made a pod. */
export interface Owned {
  readonly controller?: Controller | undefined;
  /** The hash that a Deployment, or a Rollout of Argo, appends to the name of the pod's ReplicaSet. */
  readonly template?: { readonly kind: 'Deployment' | 'Rollout'; readonly hash: string } | undefined;
}

export interface OwnedPod extends Pod, Owned {}

/** A pod with podway's annotations that the label selector leaves out. */
export interface OwnedUnselected extends UnselectedPod, Owned {}

/**
 * Address of a pod of a manifest, which does not run yet: an address for documentation (RFC 5737), which no host has
 * and which every rule about addresses accepts.
 */
const PLACEHOLDER_IP = '192.0.2.1';

/**
 * Pods with what made them. A pod in a manifest counts as started, at some address, regardless of its `status`: it will
 * be started after it is applied.
 */
export const OWNED_PODS: Kind<OwnedPod> = {
  ...PODS,
  read: (object, scope) => withOwner(PODS.read(object, scope), object),
  readManifest: (object, context) => {
    const reading = PODS.readManifest(started(object), context);
    const found = withOwner(reading.object, object);
    return found === undefined ? reading : { ...reading, object: found };
  },
};

/** The object with an address in its status; an address that it has stays. */
function started(object: unknown): unknown {
  const status = own(object, 'status') ?? {};
  if (typeof object !== 'object' || object === null || typeof status !== 'object') return object;
  if (own(status, 'podIP') !== undefined) return object;
  return { ...object, status: { phase: 'Running', podIP: PLACEHOLDER_IP } };
}

/** As `readUnselected`, with what made the pod. */
export function readOwnedUnselected(
  object: unknown,
  selector: Selector,
  names: AnnotationNames,
): OwnedUnselected | undefined {
  return withOwner(readUnselected(object, selector, names), object);
}

function withOwner<T extends object>(pod: T | undefined, object: unknown): (T & Owned) | undefined {
  if (pod === undefined) return undefined;
  const labels = own(own(object, 'metadata'), 'labels');
  const rollout = ownString(labels, 'rollouts-pod-template-hash');
  const hash = rollout ?? ownString(labels, 'pod-template-hash');
  return {
    ...pod,
    controller: controllerOf(object),
    template:
      hash === undefined ? undefined : { kind: rollout === undefined ? 'Deployment' : 'Rollout', hash },
  };
}
