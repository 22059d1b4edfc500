import { enumeration } from '../wiring/enumeration.ts';

/** What decides whether this process should get traffic. */
export interface ReadinessInput {
  readonly draining: boolean;
  /** First revision of a table that knew all pods and all keys; undefined before. */
  readonly syncedRevision: number | undefined;
  /** Names of the kinds that have to be listed for that. */
  readonly kinds: readonly string[];
  readonly workers: readonly {
    readonly worker: number;
    readonly listening: boolean;
    readonly applied: number;
  }[];
  /** What a person should know, and no reason to send requests elsewhere. */
  readonly notes: readonly string[];
}

/**
 * Why requests are not routed here; empty when they are. The state of the API server is not asked for: once synced, the
 * last table and keys go on serving through an outage.
 */
export function notReadyBecause({
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
