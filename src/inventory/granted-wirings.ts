import type { HostGrants } from '../grants/host-grants.ts';
import type { Wiring } from '../wiring/annotations/wiring.ts';
import type { Pod } from '../wiring/pod.ts';
import { printable, type Rejection, referTo } from '../wiring/rejection.ts';

export interface GrantedWirings {
  /** Its namespace holds what they ask for. */
  readonly wirings: readonly Wiring[];
  /** One for each host of which something is refused. No other namespace is named. */
  readonly rejections: readonly Rejection[];
}

const MAX_REJECTIONS = 100;

/** The part of a pod's declarations that its namespace may have. */
export function grantedWirings(pod: Pod, wirings: readonly Wiring[], grants: HostGrants): GrantedWirings {
  // No declaration is finally rejected before it is known which namespace holds which host.
  if (!grants.isKnown) return { wirings: [], rejections: [] };
  const [granted, refused]: [Wiring[], Wiring[]] = [[], []];
  for (const it of wirings)
    (grants.book.allows(pod.namespace, it.host, it.path) ? granted : refused).push(it);
  return { wirings: granted, rejections: rejectionsOf(pod, refused) };
}

function rejectionsOf(pod: Pod, refused: readonly Wiring[]): Rejection[] {
  const object = referTo(pod);
  const hosts = [...Map.groupBy(refused, ({ host }) => host)];
  const rejections: Rejection[] = hosts.slice(0, MAX_REJECTIONS).map(([host, some]) => {
    const [first = '', ...others] = new Set(some.map(({ path }) => path));
    const more = others.length > 0 ? ` and ${others.length} more paths` : '';
    return { object, reason: 'host-not-granted', detail: printable(`${host}${first}${more}`) };
  });
  const dropped = hosts.length - rejections.length;
  if (dropped > 0) rejections.push({ object, reason: 'more-rejections', detail: `${dropped} more hosts` });
  return rejections;
}
