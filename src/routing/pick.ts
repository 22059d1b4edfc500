import { claim, eligible } from './ejection.ts';
import type { Endpoint, Grant } from './route.ts';

/**
 * The next endpoint in strict rotation that is neither gone, nor in `tried`, nor ejected at `now` (milliseconds, monotonic); when
 * all untried ones are ejected, the next of those. Undefined when nothing is left to try (503, or the last failure).
 */
export function pick(grant: Grant, now: number, tried: readonly Endpoint[]): Endpoint | undefined {
  const { candidates } = grant;
  const count = candidates.length;
  let fallback = -1;
  for (let step = 0; step < count; step++) {
    const at = (grant.next + step) % count;
    const endpoint = candidates[at];
    if (endpoint === undefined || endpoint.health.gone || tried.includes(endpoint)) continue;
    if (eligible(endpoint.health, now)) {
      claim(endpoint.health, now);
      grant.next = (at + 1) % count;
      return endpoint;
    }
    if (fallback < 0) fallback = at;
  }
  if (fallback < 0) return undefined;
  grant.next = (fallback + 1) % count;
  return candidates[fallback];
}
