import { once } from 'node:events';
import { ApiFailure } from './api/api-failure.ts';
import type { ApiServer } from './api/api-server.ts';
import type { Clock } from './clock.ts';
import { readUnselected } from './kinds/pods.ts';
import type { SourceScope } from './scope.ts';
import type { ProblemReason, SourceHandlers } from './source.ts';
import { listUnselected, selectorToCheck, UNSELECTED } from './list-unselected.ts';

/** Milliseconds after the first list: podway has just started, perhaps with all others. */
const FIRST_PAUSE = 30_000;

/** Failures that do not pass by themselves; the watch of pods reports the others. */
const LASTING: ReadonlySet<ProblemReason> = new Set(['forbidden', 'refused', 'malformed']);

export interface LabelCheckOptions {
  /** For the check alone: what it finds out of credentials is of no watch. */
  readonly api: ApiServer;
  readonly scope: SourceScope;
  /** Milliseconds between two checks; 0: there is none. */
  readonly interval: number;
  readonly clock: Clock;
  /** Resolves when the pods that are selected have been listed; undefined: pods are not followed. */
  readonly listed: Promise<void> | undefined;
  readonly handlers: Pick<SourceHandlers, 'unselected' | 'problem'>;
}

/**
 * Lists the pods that the label selector leaves out, now and then, until `signal` aborts: a pod with podway's annotations
 * and a label that is misspelt or absent is in no watch. Metadata only, in pages with pauses; what is kept is bounded.
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
      if (LASTING.has(reason) && reason !== reported)
        handlers.problem({ where: UNSELECTED, reason, detail: message });
      if (LASTING.has(reason)) reported = reason;
    }
    // Replicas that started together do not stay together.
    await clock.sleep(interval * (1 + clock.random() / 10), signal);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
