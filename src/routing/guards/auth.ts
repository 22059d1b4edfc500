import type { Grant } from '../grant.ts';

/** What is to be asked of whom, and which pods are left by its answer. */
export interface AskedAuth {
  readonly service: string;
  /** Undefined: no pod that can be asked does without. */
  readonly without: Grant | undefined;
  readonly whenLet: Grant;
}

/**
 * Whether a pod demands that a service is asked. Pods that do not are there for every request, as in a rollout that adds the word; of several
 * services that of most pods is asked, and pods of others are left out.
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
  return { service, without, whenLet: grant.flavoured(open | maskOf(grant, service)) };
}

function pods(grant: Grant, service: string): number {
  return grant.rotation.countLive(maskOf(grant, service));
}

function maskOf({ rotation }: Grant, service: string): number {
  const flavours = rotation.flavours ?? [];
  return flavours.reduce((mask, { guards, bit }) => (guards?.auth === service ? mask | bit : mask), 0);
}
