import type { HostGrants } from '../grants/host-grants.ts';
import type { Wiring } from '../wiring/annotations/wiring.ts';
import { counted } from '../wiring/counted.ts';
import type { Pod } from '../wiring/pod.ts';
import { printable, type Rejection, referTo } from '../wiring/rejection.ts';

export interface GrantedWirings {
  /** The declarations whose host and path the namespace of the pod may route. */
  readonly wirings: readonly Wiring[];
  /** One for each host with a rejected declaration, up to `MAX_REJECTIONS`. No other namespace is named. */
  readonly rejections: readonly Rejection[];
}

const MAX_REJECTIONS = 100;

/** Splits the declarations of a pod into those that its namespace may route, and rejections of the others. */
export function grantedWirings(pod: Pod, wirings: readonly Wiring[], grants: HostGrants): GrantedWirings {
  // podway rejects no declaration before it knows which namespace holds which host.
  if (!grants.isKnown) return { wirings: [], rejections: [] };
  const [granted, rejected]: [Wiring[], Wiring[]] = [[], []];
  for (const it of wirings)
    (grants.book.allows(pod.namespace, it.host, it.path) ? granted : rejected).push(it);
  return { wirings: granted, rejections: rejectionsOf(pod, rejected) };
}

function rejectionsOf(pod: Pod, rejected: readonly Wiring[]): Rejection[] {
  const object = referTo(pod);
  const hosts = [...Map.groupBy(rejected, ({ host }) => host)];
  const rejections: Rejection[] = hosts.slice(0, MAX_REJECTIONS).map(([host, some]) => {
    const [first = '', ...others] = new Set(some.map(({ path }) => path));
    const more = others.length > 0 ? ` and ${counted(others.length, 'more path')}` : '';
    return { object, reason: 'host-not-granted', detail: printable(`${host}${first}${more}`) };
  });
  const dropped = hosts.length - rejections.length;
  if (dropped > 0)
    rejections.push({ object, reason: 'more-rejections', detail: counted(dropped, 'more host') });
  return rejections;
}
