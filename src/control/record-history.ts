import type { RouteDelta } from '../boundary/delta.ts';
import type { Config } from '../config/load.ts';
import { History } from '../history/history.ts';
import { partsOf } from '../inventory/delta-parts.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ChangedRejections } from '../inventory/rejections.ts';

/** The history; undefined: there is no operator listener to request it, or HISTORY is 0. */
export function createHistory({
  operatorPort,
  history: entries,
  historyMemory: bytes,
}: Pick<Config, 'operatorPort' | 'history' | 'historyMemory'>): History | undefined {
  return operatorPort === 'none' || entries === 0 ? undefined : new History({ entries, bytes });
}

/**
 * Adds a change of the table or of the rejections to the history, with its causes. Yields after every bounded piece of work.
 *
 * @param isPublished the table has changed, and `follow` has passed the change to the history
 */
export function* recordHistory(
  history: History | undefined,
  { revision, causes: { causes, more } }: Pick<Inventory, 'revision' | 'causes'>,
  { appeared, gone }: ChangedRejections,
  isPublished: boolean,
): Generator<void, void> {
  if (!isPublished && appeared.length === 0 && gone.length === 0) return;
  const published = { revision, time: Date.now(), causes, moreCauses: more, appeared, gone };
  if (history !== undefined) yield* history.published(published);
}

/** Maximum number of records in one part. */
const MAX_RECORDS_PER_PART = 200;

/** Passes a change of the table to all followers, in parts. Yields after every part. */
export function* follow(
  delta: RouteDelta,
  followers: readonly ({ follow(part: RouteDelta): void } | undefined)[],
): Generator<void, void> {
  for (const part of partsOf(delta, MAX_RECORDS_PER_PART)) {
    for (const follower of followers) follower?.follow(part.delta);
    yield;
  }
}
