import { enumeration } from '../wiring/enumeration.ts';

/** What decides whether this process should get requests. */
export interface ReadinessInput {
  readonly draining: boolean;
  /** First revision of a table that contained all pods and all keys; undefined until there is one. */
  readonly syncedRevision: number | undefined;
  /** Names of the kinds that podway must list before that. */
  readonly kinds: readonly string[];
  readonly workers: readonly {
    readonly worker: number;
    readonly listening: boolean;
    readonly applied: number;
  }[];
  /** Facts that a person should know, but that are no reason to send requests elsewhere. */
  readonly notes: readonly string[];
}

/**
 * Why this process does not route requests; empty if it does. The state of the API server does not count: after the
 * first synchronization podway keeps serving with the last table and keys during an outage.
 */
export function notReadyReasons({
  draining,
  syncedRevision,
  kinds,
  workers,
}: Omit<ReadinessInput, 'notes'>): string[] {
  const reasons: string[] = [];
  if (draining) reasons.push('draining');
  if (syncedRevision === undefined) {
    const all = kinds.length === 2 ? 'both' : 'all';
    reasons.push(`${enumeration(kinds)} have not ${all} been listed yet`);
  }
  for (const { worker, listening, applied } of workers) {
    if (!listening) reasons.push(`worker ${worker} does not listen yet`);
    else if (syncedRevision !== undefined && applied < syncedRevision) {
      reasons.push(`worker ${worker} has no complete table yet`);
    }
  }
  return reasons;
}
