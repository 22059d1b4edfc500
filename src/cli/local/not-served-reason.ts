import { notReadyReasons, type ReadinessInput } from '../../admin/readiness.ts';
import type { ListedRoute } from '../../inventory/inventory.ts';
import { printable } from '../../wiring/rejection.ts';
import type { LocalCommand } from './local-arguments.ts';

const MAX_PODS = 10;

/**
 * Why the command could not start in time, as one line. `route`: the awaited route; `readiness`: undefined before the router
 * has started.
 */
export function notServedReason(
  { host, path, timeout }: Pick<LocalCommand, 'host' | 'path' | 'timeout'>,
  route: ListedRoute | undefined,
  readiness: ReadinessInput | undefined,
): string {
  const what = `${printable(host + path)} is not served after ${timeout / 1_000} s`;
  const reasons = readiness === undefined ? [] : [...notReadyReasons(readiness), ...readiness.notes];
  if (reasons.length > 0) return `${what}: ${reasons.join('; ')}`;
  if (route === undefined) return `${what}: no pod declares it`;
  const pods = route.endpoints.slice(0, MAX_PODS);
  const states = pods.map(({ pod, condition }) => `${printable(pod)} (${condition})`);
  return `${what}: none of its pods is ready: ${states.join(', ')}`;
}
