import { own } from '../wiring/json.ts';
import { parseSelector, type Selector } from '../wiring/selector.ts';
import type { Resource } from './api/api-request.ts';
import type { ApiServer } from './api/api-server.ts';
import type { ApiSession } from './api/api-session.ts';
import { FieldNames } from './api/lean-json.ts';
import type { Clock } from './clock.ts';
import type { SourceScope } from './scope.ts';
import { getPage, PAGE } from './watch/page.ts';
import { Turns } from './watch/turns.ts';

/** What problems and advice about permissions name. */
export const UNSELECTED = 'unselected pods';
/** Pages of one list: 50,000 pods. */
const MOST_PAGES = 100;
/** Pods that are reported. */
const MOST_PODS = 1_000;
/** Milliseconds between two pages: others use the API server, too. */
const PAGE_PAUSE = 100;

/** What metadata holds besides names, labels, annotations and owners. */
const UNREAD = new FieldNames(['managedFields', 'finalizers']);
/** Pods that have ended are routed with no labels. */
const FIELDS = 'status.phase!=Succeeded,status.phase!=Failed';

export interface UnselectedList<T> {
  readonly api: ApiServer;
  readonly scope: SourceScope;
  readonly selector: Selector;
  readonly clock: Clock;
  /** Undefined: the pod is not one that podway should report. */
  readonly read: (object: unknown) => T | undefined;
}

/** The selector of a scope; undefined where no label can be a near miss of it, or where it cannot be read. */
export function selectorToCheck({ labelSelector }: SourceScope): Selector | undefined {
  const selector = parseSelector(labelSelector);
  // A wrong selector is reported by the watch.
  return 'problem' in selector || selector.complement === undefined ? undefined : selector;
}

/**
 * Lists once the pods that the label selector leaves out: metadata only, in pages with pauses. At most 50,000 pods are
 * read, and at most 1,000 returned.
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
