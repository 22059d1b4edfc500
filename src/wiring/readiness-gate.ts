import { own, ownString } from './json.ts';

/** What a pod's own condition for podway says: `''` until it has been set. */
export interface ReadinessGate {
  readonly status: string;
  readonly message: string;
}

/** @param type of the condition; '' or undefined: podway sets none. Undefined: the pod does not wait for it */
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
 * Ready but for the gate of this type: the kubelet says that gates alone keep it from Ready (`ReadinessGatesNotReady`), and every
 * other one is True. A pod whose node is silent is not: the node controller takes Ready away and gives no reason.
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
