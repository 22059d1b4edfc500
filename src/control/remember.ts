import type { RouteDelta } from '../boundary/delta.ts';
import type { Config } from '../config/load.ts';
import { History } from '../history/history.ts';
import { partsOf } from '../inventory/delta-parts.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ChangedRejections } from '../inventory/rejections.ts';

/** Undefined: it cannot be requested, or HISTORY is 0. */
export function historyOf({
  operatorPort,
  history: entries,
  historyMemory: bytes,
}: Pick<Config, 'operatorPort' | 'history' | 'historyMemory'>): History | undefined {
  return operatorPort === 'none' || entries === 0 ? undefined : new History({ entries, bytes });
}

/**
 * What the inventory has worked out is remembered, with what led to it. Yields after every bounded piece of work.
 *
 * @param isPublished the table is another one; the history has followed it
 */
export function* remember(
  history: History | undefined,
  { revision, causes: { causes, more } }: Pick<Inventory, 'revision' | 'causes'>,
  { appeared, gone }: ChangedRejections,
  isPublished: boolean,
): Generator<void, void> {
  if (!isPublished && appeared.length === 0 && gone.length === 0) return;
  const published = { revision, time: Date.now(), causes, moreCauses: more, appeared, gone };
  if (history !== undefined) yield* history.published(published);
}

/** Records that are taken in at a time. */
const PART = 200;

/** A change of the table is followed by all that go by it. Yields after every bounded piece of work. */
export function* follow(
  delta: RouteDelta,
  followers: readonly ({ follow(part: RouteDelta): void } | undefined)[],
): Generator<void, void> {
  for (const part of partsOf(delta, PART)) {
    for (const follower of followers) follower?.follow(part.delta);
    yield;
  }
}
