import type { Grant } from '../grant.ts';

/** The service that podway must ask, and the pods that remain by its response. */
export interface AskedAuth {
  readonly service: string;
  /** Undefined: every available pod requires the service. */
  readonly without: Grant | undefined;
  readonly whenAllowed: Grant;
}

/**
 * The service that pods require; undefined: none. Pods without `auth=` are for every request, as in a rollout that adds
 * the option. If pods require different services, podway asks that of most pods, and excludes the pods of the others.
 */
export function askedAuth(grant: Grant): AskedAuth | undefined {
  const { flavours = [], live } = grant.rotation;
  let open = 0;
  let most = 0;
  let service: string | undefined;
  for (const { guards, bit } of flavours) {
    const auth = guards?.auth;
    if (auth === undefined) open |= bit;
    else if ((bit & live) !== 0 && pods(grant, auth) > most) {
      service = auth;
      most = pods(grant, auth);
    }
  }
  if (service === undefined) return undefined;
  const without = (open & live) === 0 ? undefined : grant.flavoured(open);
  return { service, without, whenAllowed: grant.flavoured(open | maskOf(grant, service)) };
}

function pods(grant: Grant, service: string): number {
  return grant.rotation.countLive(maskOf(grant, service));
}

function maskOf({ rotation }: Grant, service: string): number {
  const flavours = rotation.flavours ?? [];
  return flavours.reduce((mask, { guards, bit }) => (guards?.auth === service ? mask | bit : mask), 0);
}
