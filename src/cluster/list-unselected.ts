import { own } from '../wiring/json.ts';
import { parseSelector, type Selector } from '../wiring/selector.ts';
import type { Resource } from './api/api-request.ts';
import type { ApiServer } from './api/api-server.ts';
import type { ApiSession } from './api/api-session.ts';
import { FieldNames } from './api/lean-json.ts';
import type { Clock } from './clock.ts';
import type { SourceScope } from './scope.ts';
import { getPage, PAGE_LIMIT } from './watch/page.ts';
import { Yielder } from './watch/yielder.ts';

/** The name in problems and in advice about permissions. */
export const UNSELECTED = 'unselected pods';
/** Maximum number of pages of one list: 50,000 pods. */
const MAX_PAGES = 100;
/** Maximum number of pods that are reported. */
const MAX_PODS = 1_000;
/** Milliseconds between two pages: other clients use the API server, too. */
const PAGE_PAUSE = 100;

/** Metadata besides names, labels, annotations and owners. */
const UNREAD_FIELDS = new FieldNames(['managedFields', 'finalizers']);
/** podway routes no pod that has ended, regardless of its labels. */
const FIELDS = 'status.phase!=Succeeded,status.phase!=Failed';

export interface UnselectedList<T> {
  readonly api: ApiServer;
  readonly scope: SourceScope;
  readonly selector: Selector;
  readonly clock: Clock;
  /** Undefined if podway should not report the pod. */
  readonly read: (object: unknown) => T | undefined;
}

/** The selector of a scope; undefined if no label can be a near miss of it, or if it is invalid. */
export function selectorToCheck({ labelSelector }: SourceScope): Selector | undefined {
  const selector = parseSelector(labelSelector);
  // The watch reports an invalid selector.
  return 'problem' in selector || selector.complement === undefined ? undefined : selector;
}

/**
 * Lists once the pods that the label selector leaves out: metadata only, in pages with pauses. Reads at most 50,000
 * pods and returns at most 1,000.
 *
 * @throws ApiFailure
 */
export async function listUnselected<T>(list: UnselectedList<T>, signal: AbortSignal): Promise<T[]> {
  const { api, scope, selector, clock, read } = list;
  const resource: Resource = {
    name: UNSELECTED,
    plural: 'pods',
    namespace: scope.namespace,
    labelSelector: selector.complement?.labelSelector,
    objectName: undefined,
    metadataOnly: true,
  };
  const session = await api.open(signal);
  const found: T[] = [];
  try {
    for await (const object of objectsOf({ session, resource, clock }, signal)) {
      const isEnding = (own(own(object, 'metadata'), 'deletionTimestamp') ?? null) !== null;
      const pod = isEnding ? undefined : read(object);
      if (pod !== undefined) found.push(pod);
      if (found.length === MAX_PODS) break;
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

/** All objects, page by page; the event loop turns within each page. */
async function* objectsOf(
  { session, resource, clock }: Listed,
  signal: AbortSignal,
): AsyncGenerator<unknown, void> {
  const yielder = new Yielder();
  const request = { call: { resource, verb: 'list' }, session, unread: UNREAD_FIELDS, yielder } as const;
  let next: string | undefined;
  for (let pages = 1; pages <= MAX_PAGES; pages += 1) {
    const page = await getPage(request, { fieldSelector: FIELDS, limit: PAGE_LIMIT, continue: next });
    for (const object of page.items) {
      yield object;
      if (yielder.isDue()) await yielder.yield();
    }
    next = page.next;
    if (next === undefined || signal.aborted) return;
    await clock.sleep(PAGE_PAUSE, signal);
  }
}
