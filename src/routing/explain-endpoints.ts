import type { EndpointCondition } from '../boundary/delta.ts';
import { isFull } from './capacity.ts';
import { ejectedFor, eligible } from './ejection.ts';
import { sparesNone } from './balance/spares-none.ts';
import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';
import type { Member } from './rotation.ts';
import type { Route } from './route.ts';

/** A port of a pod on the route, and what speaks against it. */
export interface ExplainedEndpoint {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly condition: EndpointCondition;
  /** '' when a request may go there. */
  readonly excluded: Exclusion;
  /** Milliseconds until an ejected one is tried again; 0 = in rotation, or to be tried. */
  readonly ejectedFor: number;
  /** Exchanges and tunnels of this worker that go on there. */
  readonly inFlight: number;
  /** The next request, if nothing changes, goes there. */
  readonly isNext: boolean;
}

/**
 * `key`: its namespace does not accept the request's key. `condition`: that of its pod, or the pod has no address.
 * `node-silent`: others are ready. `uid-repeated`: another one has the same uid and port. `ejected`: others are not. `words`: its conditions or guards are for other requests. `full`: it takes no more at the moment.
 */
export type Exclusion =
  | ''
  | 'key'
  | 'condition'
  | 'node-silent'
  | 'uid-repeated'
  | 'ejected'
  | 'words'
  | 'full';

const NOBODY: readonly Endpoint[] = [];

interface Moment {
  /** Milliseconds, monotonic. */
  readonly now: number;
  /** Who would get the request. */
  readonly next: Endpoint | undefined;
}

/** Every endpoint of a route, for a request that has this grant. */
export function explainEndpoints(
  route: Route,
  grant: Grant,
  { now, next }: Moment,
): readonly ExplainedEndpoint[] {
  const all = sparesNone(grant.rotation.lane, now, NOBODY);
  return route.rotation.members.map((member) => {
    const { namespace, pod, port, condition, endpoint } = member;
    const isEjected = !all && endpoint !== undefined && !eligible(endpoint.health, now);
    return {
      namespace,
      pod,
      port,
      condition,
      excluded:
        exclusionOf(member, grant) || (isEjected ? 'ejected' : '') || (isFullMember(member) ? 'full' : ''),
      ejectedFor: endpoint === undefined ? 0 : ejectedFor(endpoint.health, now),
      inFlight: endpoint?.health.inFlight ?? 0,
      isNext: endpoint !== undefined && endpoint === next,
    };
  });
}

function isFullMember({ endpoint }: Member): boolean {
  return endpoint !== undefined && isFull(endpoint);
}

/** Why it is no candidate. */
function exclusionOf(member: Member, { rotation, candidates }: Grant): Exclusion {
  const { namespace, condition, endpoint } = member;
  if (!rotation.namespaces.includes(namespace)) return 'key';
  if (endpoint === undefined) return 'condition';
  if (!rotation.members.includes(member)) return 'words';
  if (candidates.includes(endpoint)) return '';
  return condition === 'node-silent' ? 'node-silent' : 'uid-repeated';
}
