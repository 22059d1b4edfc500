import { own, ownString } from './json.ts';

/** The condition of podway's readiness gate in a pod's status; both fields are '' until podway sets it. */
export interface ReadinessGate {
  readonly status: string;
  readonly message: string;
}

/**
 * @param type type of podway's condition; '' or undefined: podway sets no condition
 * @returns undefined if the pod has no readiness gate of this type
 */
export function readGate(
  conditions: readonly unknown[],
  gates: readonly unknown[],
  type: string | undefined,
): ReadinessGate | undefined {
  if (type === undefined || type === '' || !gates.some((it) => ownString(it, 'conditionType') === type))
    return undefined;
  const condition = conditions.find((it) => ownString(it, 'type') === type);
  return {
    status: ownString(condition, 'status') ?? '',
    message: ownString(condition, 'message') ?? '',
  };
}

/**
 * Whether only the gate of this type keeps the pod from being Ready: the kubelet gives the reason `ReadinessGatesNotReady`,
 * and all other gates are True. False for a pod whose kubelet has lost contact: the node controller sets Ready to False
 * without a reason.
 */
export function isReadyButForGate(
  conditions: readonly unknown[],
  gates: readonly unknown[],
  type: string,
): boolean {
  const ready = conditions.find((it) => ownString(it, 'type') === 'Ready');
  if (own(ready, 'reason') !== 'ReadinessGatesNotReady') return false;
  const others = gates.map((it) => ownString(it, 'conditionType') ?? '').filter((it) => it !== type);
  return ['ContainersReady', ...others].every((it) => isTrue(conditions, it));
}

export function isTrue(conditions: readonly unknown[], type: string): boolean {
  return conditions.some((it) => ownString(it, 'type') === type && ownString(it, 'status') === 'True');
}
