import { statSync } from 'node:fs';
import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import { parseSelector } from '../../wiring/selector.ts';
import type { Clock } from '../clock.ts';
import { ResourceStatus } from '../resource-status.ts';
import { describeScope, type SourceScope } from '../scope.ts';
import { type ClusterSource, SourceError, type SourceState } from '../source.ts';
import { selectContents } from './contents.ts';
import { FolderAlarm } from './folder-alarm.ts';
import { Follower } from './follower.ts';
import { ManifestFolder } from './manifest-folder.ts';

/**
 * A folder of manifests, followed as it changes.
 *
 * @throws SourceError when there is no such folder, or the label selector is none
 */
export function manifestSource(scope: SourceScope, clock: Clock, directory: string): ClusterSource {
  const selector = parseSelector(scope.labelSelector);
  if ('problem' in selector) throw new SourceError(`bad label selector: ${selector.problem}`);
  requireFolder(directory);
  const folder = new ManifestFolder(directory, (objects) => selectContents(objects, scope, selector));
  const status = { pods: new ResourceStatus('pods', clock), secrets: new ResourceStatus('secrets', clock) };

  return {
    async run(handlers, signal) {
      status.pods.listen(handlers);
      status.secrets.listen(handlers);
      const follower = new Follower(handlers, status);
      const alarm = new FolderAlarm(clock);
      try {
        while (!signal.aborted) {
          const state = await folder.scan((identity) => alarm.listen(directory, identity));
          if (signal.aborted) return;
          if (state instanceof Error) {
            alarm.close();
            folderGone(status, directory, state);
          } else {
            follower.advance(state);
            if (state.unsettled) alarm.again();
          }
          await alarm.next(signal);
        }
      } finally {
        alarm.close();
      }
    },
    states: () => ({ pods: withoutAge(status.pods), secrets: withoutAge(status.secrets) }),
    describe: () => `${describeScope(scope)} of the manifests in ${printable(directory)}`,
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
