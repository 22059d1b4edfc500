import { once } from 'node:events';
import { ApiFailure } from './api/api-failure.ts';
import type { ApiServer } from './api/api-server.ts';
import type { Clock } from './clock.ts';
import { readUnselected } from './kinds/pods.ts';
import type { SourceScope } from './scope.ts';
import type { ProblemReason, SourceHandlers } from './source.ts';
import { listUnselected, selectorToCheck, UNSELECTED } from './list-unselected.ts';

/** Milliseconds after the first list: podway has just started, perhaps together with all its replicas. */
const FIRST_PAUSE = 30_000;

/** Failures that do not pass by themselves; the watch of pods reports the other ones. */
const PERMANENT_FAILURES: ReadonlySet<ProblemReason> = new Set(['forbidden', 'refused', 'malformed']);

export interface LabelCheckOptions {
  /** For the check alone: what it learns about credentials must not affect a watch. */
  readonly api: ApiServer;
  readonly scope: SourceScope;
  /** Milliseconds between two checks; 0 = no checks. */
  readonly interval: number;
  readonly clock: Clock;
  /** Resolves when the selected pods have been listed; undefined if podway does not follow pods. */
  readonly listed: Promise<void> | undefined;
  readonly handlers: Pick<SourceHandlers, 'unselected' | 'problem'>;
}

/**
 * Lists the pods that the label selector leaves out, at intervals, until `signal` aborts: no watch contains a pod with
 * podway's annotations and a misspelt or absent label. It reads only metadata, in pages with pauses, and keeps a
 * bounded number of pods.
 */
export async function checkLabels(options: LabelCheckOptions, signal: AbortSignal): Promise<void> {
  const { api, scope, interval, clock, listed, handlers } = options;
  const selector = selectorToCheck(scope);
  if (interval === 0 || listed === undefined || selector === undefined) return;
  const read = (object: unknown) => readUnselected(object, selector, scope.annotations);
  let reported: ProblemReason | undefined;
  await Promise.race([listed, aborted(signal)]);
  await clock.sleep(Math.min(FIRST_PAUSE, interval), signal);
  while (!signal.aborted) {
    try {
      const pods = await listUnselected({ api, scope, clock, selector, read }, signal);
      if (signal.aborted) return;
      handlers.unselected?.(pods);
      reported = undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiFailure)) throw error;
      api.failed(error);
      const { reason, message } = error;
      if (PERMANENT_FAILURES.has(reason) && reason !== reported)
        handlers.problem({ where: UNSELECTED, reason, detail: message });
      if (PERMANENT_FAILURES.has(reason)) reported = reason;
    }
    // Replicas that started together must not stay together.
    await clock.sleep(interval * (1 + clock.random() / 10), signal);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
