import { statSync } from 'node:fs';
import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { parseSelector } from '../../wiring/selector.ts';
import type { Clock } from '../clock.ts';
import { ResourceStatus } from '../watch/status.ts';
import { describeScope, type SourceScope } from '../scope.ts';
import { type ClusterSource, SourceError, type SourceState } from '../source.ts';
import { DocumentReader } from './document-reader.ts';
import type { FolderState } from './folder-state.ts';
import { type Changed, FolderWatcher } from './folder-watcher.ts';
import { Follower } from './folder-events.ts';
import { isManifestName, ManifestFolder } from './manifest-folder.ts';

/**
 * A folder of manifests, followed as it changes.
 *
 * @throws SourceError when there is no such folder, or the label selector is none
 */
export function manifestSource(scope: SourceScope, clock: Clock, directory: string): ClusterSource {
  const selector = parseSelector(scope.labelSelector);
  if ('problem' in selector) throw new SourceError(`bad label selector: ${selector.problem}`);
  requireFolder(directory);
  const reader = new DocumentReader(scope, selector);
  const status = { pods: new ResourceStatus('pods', clock), secrets: new ResourceStatus('secrets', clock) };

  return {
    async run(handlers, signal) {
      status.pods.listen(handlers);
      status.secrets.listen(handlers);
      const follower = new Follower(handlers, status);
      const watcher = new FolderWatcher(clock, isManifestName);
      const { secretName, namespace } = scope;
      const now = () => clock.now();
      const folder = new ManifestFolder({ directory, reader, secretName, namespace, now, signal });
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
            folderGone(status, directory, state);
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
    states: () => ({ pods: withoutAge(status.pods), secrets: withoutAge(status.secrets) }),
    describe: () => `${describeScope(scope)} of the manifests in ${printable(directory)}`,
    // A scan tells Secrets and pods together.
    findSecret: undefined,
  };
}

/** A folder that nobody touches says nothing for days and is well: its silence must not alarm anybody. */
function withoutAge(status: ResourceStatus): SourceState {
  return { ...status.snapshot(), lastActivity: undefined };
}

function requireFolder(directory: string): void {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) throw new SourceError(`no such folder: ${printable(directory)}`);
  if (!found.isDirectory()) throw new SourceError(`not a folder: ${printable(directory)}`);
}

/** What was read stays true. */
function folderGone(
  status: Record<'pods' | 'secrets', ResourceStatus>,
  directory: string,
  error: Error,
): void {
  const code = ownString(error, 'code') ?? 'error';
  const message = `the folder ${printable(directory)} cannot be read (${code}); its last contents stay in force`;
  for (const one of [status.pods, status.secrets]) one.failed({ reason: 'folder-unreadable', message });
}
