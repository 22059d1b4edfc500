import type { Clock } from '../cluster/clock.ts';
import { FolderWatcher } from '../cluster/manifests/folder-watcher.ts';

/** Milliseconds of wait after a change, because files that belong together are written one after the other. */
const SETTLE_DELAY = 100;

/** Calls `look` now and whenever the folder may have changed, one call after the other, until `signal` aborts. */
export async function followFolder(
  folder: string,
  clock: Clock,
  look: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const watcher = new FolderWatcher(clock, () => false);
  watcher.listen(folder, folder);
  try {
    while (!signal.aborted) {
      await look();
      await watcher.next(signal);
      await clock.sleep(SETTLE_DELAY, signal);
    }
  } finally {
    watcher.close();
  }
}
