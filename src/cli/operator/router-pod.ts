import { readTargetPod } from '../../podstream/targets/target-pod.ts';
import { own, ownArray, ownString } from '../../wiring/json.ts';
import type { ObjectName } from '../../wiring/object-id.ts';

/** A pod that has the labels of a router. */
export interface RouterPod extends ObjectName {
  readonly isRunning: boolean;
  readonly isReady: boolean;
  /** The labels that distinguish the chart's routers. Pods with the same text are replicas of one router. */
  readonly router: string;
  /** OPERATOR_PORT of the pod, usually a number; undefined: not set. */
  readonly operatorPort: string | undefined;
}

const DISTINGUISHING_LABELS = ['app.kubernetes.io/instance', 'app.kubernetes.io/component'];

/** Reads a pod object of the API. Undefined if it has no valid name. */
export function readRouterPod(object: unknown): RouterPod | undefined {
  const pod = readTargetPod(object, undefined);
  if (pod === undefined) return undefined;
  const { namespace, name, isRunning, isReady } = pod;
  const labels = own(own(object, 'metadata'), 'labels');
  const distinguishing = DISTINGUISHING_LABELS.flatMap((label) => {
    const value = ownString(labels, label);
    return value === undefined ? [] : [`${label}=${value}`];
  });
  const variables = ownArray(own(object, 'spec'), 'containers').flatMap((it) => ownArray(it, 'env'));
  const operatorPort = variables.find((it) => own(it, 'name') === 'OPERATOR_PORT');
  return {
    namespace,
    name,
    isRunning,
    isReady,
    router: distinguishing.join(','),
    operatorPort: ownString(operatorPort, 'value') || undefined,
  };
}
