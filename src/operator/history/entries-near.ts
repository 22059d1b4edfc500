import type { HistoryEntry } from '../../boundary/history.ts';
import type { OwnAnswer } from '../../boundary/own-answer.ts';
import type { History } from '../../history/history.ts';
import { hostsAround } from './hosts-around.ts';

/** Maximum number of entries before the answer, and after it. */
const MAX_ENTRIES = 3;

/** The changes of the answer's host shortly before and after the answer, the newest first. */
export function entriesNear(
  history: History | undefined,
  { host, revision }: Pick<OwnAnswer, 'host' | 'revision'>,
): readonly HistoryEntry[] {
  const hosts = hostsAround(host);
  if (history === undefined || hosts === undefined) return [];
  const { entries } = history.entriesFor(hosts, Number.POSITIVE_INFINITY);
  const after = entries.findIndex((it) => it.revision <= revision);
  const at = after < 0 ? entries.length : after;
  return entries.slice(Math.max(0, at - MAX_ENTRIES), at + MAX_ENTRIES);
}
