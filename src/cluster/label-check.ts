import { once } from 'node:events';
import type { UnselectedPod } from '../wiring/pod.ts';
import { own } from '../wiring/json.ts';
import { parseSelector, type Selector } from '../wiring/selector.ts';
import { ApiFailure } from './api/api-failure.ts';
import type { Resource } from './api/api-request.ts';
import type { ApiServer } from './api/api-server.ts';
import type { ApiSession } from './api/api-session.ts';
import { FieldNames } from './api/lean-json.ts';
import type { Clock } from './clock.ts';
import { readUnselected } from './kinds/pods.ts';
import type { SourceScope } from './scope.ts';
import type { ProblemReason, SourceHandlers } from './source.ts';
import { getPage, PAGE } from './watch/page.ts';
import { Turns } from './watch/turns.ts';

/** What problems and advice about permissions name. */
const UNSELECTED = 'unselected pods';
/** Pages of one check: 50,000 pods. */
const MOST_PAGES = 100;
/** Pods that are reported. */
const MOST_PODS = 1_000;
/** Milliseconds between two pages: others use the API server, too. */
const PAGE_PAUSE = 100;
/** Milliseconds after the first list: podway has just started, perhaps with all others. */
const FIRST_PAUSE = 30_000;

/** What metadata holds besides names, labels and annotations. */
const UNREAD = new FieldNames(['managedFields', 'ownerReferences', 'finalizers']);
/** Pods that have ended are routed with no labels. */
const FIELDS = 'status.phase!=Succeeded,status.phase!=Failed';

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
  const selector = parseSelector(scope.labelSelector);
  if (interval === 0 || listed === undefined) return;
  // A wrong selector is reported by the watch.
  if ('problem' in selector || selector.missable === undefined) return;
  let reported: ProblemReason | undefined;
  await Promise.race([listed, aborted(signal)]);
  await clock.sleep(Math.min(FIRST_PAUSE, interval), signal);
  while (!signal.aborted) {
    try {
      const pods = await unselectedPods(options, selector, signal);
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

/** @throws ApiFailure */
async function unselectedPods(
  { api, scope, clock }: LabelCheckOptions,
  selector: Selector,
  signal: AbortSignal,
): Promise<UnselectedPod[]> {
  const resource: Resource = {
    name: UNSELECTED,
    plural: 'pods',
    namespace: scope.namespace,
    labelSelector: selector.missable?.labelSelector,
    objectName: undefined,
    metadataOnly: true,
  };
  const session = await api.open(signal);
  const found: UnselectedPod[] = [];
  try {
    for await (const object of objectsOf({ session, resource, clock }, signal)) {
      const isEnding = (own(own(object, 'metadata'), 'deletionTimestamp') ?? null) !== null;
      const pod = isEnding ? undefined : readUnselected(object, selector, scope.annotations);
      if (pod !== undefined) found.push(pod);
      if (found.length === MOST_PODS) break;
    }
  } finally {
    session.close();
  }
  return found;
}

interface Listed {
  readonly session: ApiSession;
  readonly resource: Resource;
  readonly clock: Clock;
}

/** Page after page, with turns of the event loop within each. */
async function* objectsOf(
  { session, resource, clock }: Listed,
  signal: AbortSignal,
): AsyncGenerator<unknown, void> {
  const turns = new Turns();
  const request = { call: { resource, verb: 'list' }, session, unread: UNREAD, turns } as const;
  let next: string | undefined;
  for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
    const page = await getPage(request, { fieldSelector: FIELDS, limit: PAGE, continue: next });
    for (const object of page.items) {
      yield object;
      if (turns.isDue()) await turns.next();
    }
    next = page.next;
    if (next === undefined || signal.aborted) return;
    await clock.sleep(PAGE_PAUSE, signal);
  }
}
