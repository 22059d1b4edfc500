import { statSync } from 'node:fs';
import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { parseSelector } from '../../wiring/selector.ts';
import type { Clock } from '../clock.ts';
import type { KindTable } from '../kind.ts';
import { describeKinds, type SourceEvent } from '../kinds.ts';
import { type ClusterSource, type Followed, SourceError } from '../source.ts';
import { KindStatuses } from '../watch/kind-statuses.ts';
import type { Failed } from '../watch/status.ts';
import { DocumentReader } from './document-reader.ts';
import type { FolderState } from './folder-state.ts';
import { type Changed, FolderWatcher } from './folder-watcher.ts';
import { Follower } from './folder-events.ts';
import { isManifestName, ManifestFolder } from './manifest-folder.ts';

/**
 * A folder of manifests that podway follows.
 *
 * @throws SourceError if there is no such folder, or the label selector is invalid
 */
export function manifestSource<T extends KindTable>(
  { kinds, scope }: Followed<T>,
  clock: Clock,
  directory: string,
): ClusterSource<T> {
  const selector = parseSelector(scope.labelSelector);
  if ('problem' in selector) throw new SourceError(`bad label selector: ${selector.problem}`);
  requireFolder(directory);
  const reader = new DocumentReader(kinds, { scope, selector });
  const statuses = new KindStatuses(kinds, clock);

  return {
    async run(handlers, signal) {
      statuses.listen(handlers);
      const follower = new Follower({
        kinds,
        statuses,
        changed: (kind, event) =>
          handlers.changed({ kind, event, receivedAt: clock.now() } as SourceEvent<T>),
        problem: (problem) => handlers.problem(problem),
      });
      const watcher = new FolderWatcher(clock, isManifestName);
      const { secretName, namespace } = scope;
      const now = () => clock.now();
      const folder = new ManifestFolder({ directory, reader, kinds, secretName, namespace, now, signal });
      const look = (changed: Changed): Promise<FolderState | Error> =>
        changed === 'all'
          ? folder.scan((identity) => watcher.listen(directory, identity))
          : folder.look(changed);
      try {
        for (let changed: Changed = 'all'; !signal.aborted; ) {
          const state = await look(changed);
          if (signal.aborted) return;
          if (state instanceof Error) {
            watcher.close();
            statuses.failed(folderGone(directory, state));
            changed = await watcher.next(signal);
          } else {
            follower.advance(state);
            changed = await watcher.next(signal, state.due);
          }
        }
      } finally {
        watcher.close();
      }
    },
    // A folder without changes is silent for days and healthy: its silence must not cause an alert.
    states: () => statuses.snapshots({ lastActivity: undefined }),
    describe: () => `${describeKinds(kinds, scope)} of the manifests in ${printable(directory)}`,
    // A scan reads Secrets and pods together.
    findSecret: undefined,
  };
}

function requireFolder(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) throw new SourceError(`no such folder: ${printable(directory)}`);
  if (!found.isDirectory()) throw new SourceError(`not a folder: ${printable(directory)}`);
}

/** The last contents stay in force. */
function folderGone(directory: string, error: Error): Failed {
  const code = ownString(error, 'code') ?? 'error';
  const message = `the folder ${printable(directory)} cannot be read (${code}); its last contents stay in force`;
  return { reason: 'folder-unreadable', message };
}
