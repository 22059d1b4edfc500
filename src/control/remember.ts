import type { Config } from '../config/load.ts';
import { History } from '../history/history.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { ChangedRejections } from '../inventory/rejections.ts';

/** Undefined: nobody can ask for it, or HISTORY is 0. */
export function historyOf({
  operatorPort,
  history: entries,
  historyMemory: bytes,
}: Pick<Config, 'operatorPort' | 'history' | 'historyMemory'>): History | undefined {
  return operatorPort === 'none' || entries === 0 ? undefined : new History({ entries, bytes });
}

/**
 * What the inventory has worked out is remembered, with what led to it.
 *
 * @param isPublished the table is another one; the history has followed it
 */
export function remember(
  history: History | undefined,
  { revision, causes: { causes, more } }: Pick<Inventory, 'revision' | 'causes'>,
  { appeared, gone }: ChangedRejections,
  isPublished: boolean,
): void {
  if (!isPublished && appeared.length === 0 && gone.length === 0) return;
  history?.published({ revision, time: Date.now(), causes, moreCauses: more, appeared, gone });
}
