import type { ExplainedEndpoint, ExplainedPart, Exclusion } from '../boundary/explanation.ts';
import { isFull } from './capacity.ts';
import { ejectedFor, eligible } from './ejection.ts';
import { ignoresEjections } from './balance/ignores-ejections.ts';
import type { Endpoint } from './endpoint.ts';
import type { Grant } from './grant.ts';
import type { Member } from './rotation.ts';
import type { Route } from './route.ts';

const NO_ENDPOINTS: readonly Endpoint[] = [];

interface Moment {
  /** Milliseconds, monotonic. */
  readonly now: number;
  /** The endpoint that would get the request. */
  readonly next: Endpoint | undefined;
}

/** Explains every endpoint of a route, for a request that has this grant. */
export function explainEndpoints(
  route: Route,
  grant: Grant,
  { now, next }: Moment,
): readonly ExplainedEndpoint[] {
  const all = ignoresEjections(grant.rotation.lane, now, NO_ENDPOINTS);
  return route.rotation.members.map((member) => {
    const { namespace, pod, port, condition, endpoint, zone } = member;
    const part = partOf(member, now);
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
      ...(part !== undefined && { part }),
      ...(zone !== '' && { zone }),
    };
  });
}

function partOf({ candidate, endpoint }: Member, now: number): ExplainedPart | undefined {
  if (candidate === undefined) return undefined;
  const { slowStart, ...part } = candidate;
  const left = slowStart === undefined || endpoint === undefined ? 0 : endpoint.readySince + slowStart - now;
  return left <= 0 ? part : { ...part, slowStartLeft: left };
}

function isFullMember({ endpoint }: Member): boolean {
  return endpoint !== undefined && isFull(endpoint);
}

/** Why the member is not a candidate; '' if it is one. */
function exclusionOf(member: Member, { rotation, candidates }: Grant): Exclusion {
  const { namespace, condition, endpoint } = member;
  if (!rotation.namespaces.includes(namespace)) return 'key';
  if (endpoint === undefined) return 'condition';
  if (!rotation.members.includes(member)) return 'options';
  if (candidates.includes(endpoint)) return '';
  return condition === 'node-silent' ? 'node-silent' : 'uid-repeated';
}
