import { ApiFailure } from '../api/api-failure.ts';
import type { ProblemReason } from '../source.ts';
import type { WatchNews } from './lines.ts';
import { isOlder } from './resource-version.ts';
import { type Known, NOTHING_KNOWN, type WatchEvent, type WatchState } from './state.ts';

interface Problem {
  readonly reason: ProblemReason;
  readonly detail: string;
}

/** The next state, and what it means for the current request. */
export interface Step {
  readonly state: WatchState;
  /**
   * `go-on`: continue. `give-up`: end the request, which is not a failure. `list-again`: list again on the same
   * connection. An ApiFailure: fail with it.
   */
  readonly next: 'go-on' | 'give-up' | 'list-again' | ApiFailure;
  readonly problem?: Problem;
  /** Earlier failures no longer count. */
  readonly healthy?: boolean;
  /** The server turned out not to support streamed lists. */
  readonly cannotStream?: boolean;
}

/**
 * Milliseconds. If a watch ends sooner and delivered nothing, it has failed: podway must not repeat it in a tight loop.
 */
const MIN_WATCH_DURATION = 1000;

/**
 * The state after an event. An event that does not belong to the present stage changes nothing.
 *
 * @param kind name of the kind, for messages
 */
export function step(state: WatchState, event: WatchEvent, kind: string): Step {
  switch (event.type) {
    case 'request':
      return goOn(requested(state, event.streams));
    case 'answer':
      return goOn(answered(state, event.origin));
    case 'page':
      return state.stage === 'paging'
        ? judge(state, event.version, kind, { ...state, firstPage: true })
        : goOn(state);
    case 'end-mark':
      return state.stage === 'streaming' ? judgeStream(state, event, kind) : goOn(state);
    case 'no-end-mark':
      return state.stage === 'streaming' ? cannotStream(state.known) : goOn(state);
    case 'complete':
      return complete(state, event, kind);
    case 'line':
      return goOn(state.stage === 'watching' ? withLine(state, event.line) : state);
    case 'ended':
      return ended(state, event.lasted, kind);
    case 'failed':
      return failed(state, event.failure, kind);
  }
}

type Stage<S extends WatchState['stage']> = Extract<WatchState, { readonly stage: S }>;

function goOn(state: WatchState): Step {
  return { state, next: 'go-on' };
}

/** The state for the next request. A list that podway gave up is requested again with the same plan. */
function requested(state: WatchState, streams: boolean): WatchState {
  const { known } = state;
  if (state.stage === 'listed' || state.stage === 'watching') {
    const { version } = state;
    return { stage: 'watching', version, streamed: false, answered: false, advanced: false, known };
  }
  const plan = state.stage === 'streaming' ? 'stream' : state.plan;
  if (plan === 'stream' && streams) return { stage: 'streaming', answered: false, known };
  return { stage: 'paging', plan, firstPage: false, again: false, known };
}

/**
 * The state when the server has answered. If it is another cluster than before, podway forgets what it knew about the
 * former one, except `unpaged`.
 */
function answered(state: WatchState, origin: string): WatchState {
  if (state.stage === 'watching') return { ...state, answered: true };
  if (state.stage !== 'streaming' && state.stage !== 'paging') return state;
  const { origin: before, newest, moved, unpaged } = state.known;
  const known =
    before === undefined || before === origin
      ? { ...state.known, origin }
      : { ...NOTHING_KNOWN, unpaged, origin, moved: moved || newest !== undefined };
  return state.stage === 'streaming' ? { ...state, answered: true, known } : { ...state, known };
}

/**
 * Decides whether podway may use a list of this version. A list that is older than what podway has listed or watched
 * before comes from a server that lags behind, and would bring back deleted objects. So podway requests another list,
 * in pages and without a resourceVersion, which is a quorum read. podway accepts that list even if its version is
 * lower: then etcd was restored from a backup.
 *
 * @param accepted the state if podway may use the list
 */
function judge(
  state: Stage<'streaming' | 'paging'>,
  version: string,
  kind: string,
  accepted: WatchState,
): Step {
  const { known } = state;
  if (known.newest === undefined || !isOlder(version, known.newest)) return goOn(accepted);
  const older = `the list of ${kind} has resourceVersion ${version}, older than ${known.newest} seen before`;
  if (state.stage === 'paging' && state.plan === 'confirm') {
    const detail = `${older}; a second list confirms it (etcd restored from a backup?)`;
    return { ...goOn(accepted), problem: { reason: 'version-went-back', detail } };
  }
  return {
    state: { stage: 'unlisted', plan: 'confirm', known },
    next: 'give-up',
    problem: { reason: 'older-list', detail: `${older}; asking again` },
  };
}

/**
 * Decides whether podway may use a streamed list. A list without objects, after there had been some, is more often an
 * error of the API server than true. So podway requests the next list in pages, and accepts that one.
 */
function judgeStream(
  state: Stage<'streaming'>,
  { version, objects }: { readonly version: string; readonly objects: number },
  kind: string,
): Step {
  const judged = judge(state, version, kind, state);
  if (judged.next !== 'go-on' || objects > 0 || !state.known.hadObjects) return judged;
  return {
    state: { stage: 'unlisted', plan: 'pages', known: { ...state.known, hadObjects: false } },
    next: 'give-up',
    problem: suddenlyEmpty(kind),
  };
}

function cannotStream(known: Known): Step {
  return { state: { stage: 'unlisted', plan: 'stream', known }, next: 'give-up', cannotStream: true };
}

/**
 * The state after a complete list. If a list in pages has no objects, although there had been some, podway requests it
 * once more and accepts the second answer.
 */
function complete(
  state: WatchState,
  { version, objects }: { readonly version: string; readonly objects: number },
  kind: string,
): Step {
  const known = { ...state.known, moved: false, newest: version, hadObjects: objects > 0 };
  if (state.stage === 'streaming') {
    return goOn({
      stage: 'watching',
      version,
      streamed: true,
      answered: true,
      advanced: false,
      known: { ...known, bookmarked: true },
    });
  }
  if (state.stage !== 'paging') return goOn(state);
  if (objects === 0 && state.known.hadObjects && !state.again) {
    const again = { ...state, firstPage: false, again: true };
    return { state: again, next: 'list-again', problem: suddenlyEmpty(kind) };
  }
  return goOn({ stage: 'listed', version, known });
}

function suddenlyEmpty(kind: string): Problem {
  const detail = `the list has no ${kind} where there were some; asking again`;
  return { reason: 'suddenly-empty', detail };
}

function withLine(state: Stage<'watching'>, line: WatchNews): WatchState {
  const { version, type } = line;
  const { newest, bookmarked, hadObjects } = state.known;
  const known = {
    ...state.known,
    newest: newest !== undefined && isOlder(version, newest) ? newest : version,
    bookmarked: bookmarked || type === 'bookmark',
    hadObjects: hadObjects || type === 'upsert',
  };
  return { ...state, version, advanced: state.advanced || version !== state.version, known };
}

function ended(state: WatchState, lasted: number, kind: string): Step {
  if (state.stage === 'streaming') {
    return { state, next: new ApiFailure('cut', `watch ${kind} ended before the initial events did`) };
  }
  if (state.stage !== 'watching') return goOn(state);
  const { version, known, streamed, advanced } = state;
  if (!streamed && !advanced && lasted < MIN_WATCH_DURATION)
    return { state, next: new ApiFailure('short-watch', `watch ${kind} ended at once`) };
  return { ...goOn({ stage: 'listed', version, known }), healthy: true };
}

function failed(state: WatchState, failure: ApiFailure, kind: string): Step {
  switch (state.stage) {
    case 'streaming':
      return streamFailed(state, failure);
    case 'watching':
      return watchFailed(state, failure, kind);
    case 'paging': {
      // For the first page, 410 means that its version is gone; for a later page, that paging took too long.
      const unpaged = failure.reason === 'expired' ? state.firstPage : state.known.unpaged;
      const known = { ...state.known, unpaged };
      return { state: { stage: 'unlisted', plan: state.plan, known }, next: failure };
    }
    case 'unlisted':
    case 'listed':
      return { state, next: failure };
  }
}

/**
 * A server that does not know the parameters refuses them, or sends an ordinary watch without an end mark. In other
 * failures, something between podway and the server may not support streams of this size: podway requests this one list
 * in pages.
 */
function streamFailed({ answered, known }: Stage<'streaming'>, failure: ApiFailure): Step {
  const isSilent = failure.reason === 'silent';
  if (failure.reason === 'refused' || (isSilent && answered)) return cannotStream(known);
  const plan = answered || isSilent ? 'pages' : 'stream';
  return { state: { stage: 'unlisted', plan, known }, next: failure };
}

/**
 * Servers send a bookmark about once a minute, so silence means that the server is gone. If the server never sent one,
 * silence means nothing, and podway resumes the watch without a report. A watch that delivered nothing before the
 * silence may have begun at a version that the server has not reached yet (etcd restored from a backup): servers leave
 * out every event and bookmark up to that version, perhaps for days. Only a list can show that.
 *
 * A watch that delivered something before it ended is healthy, so earlier failures no longer count. This does not
 * apply if podway has to list everything again: a server that breaks every watch after its first event must not be
 * listed five times a second.
 */
function watchFailed(state: Stage<'watching'>, failure: ApiFailure, kind: string): Step {
  const { version, known, streamed, answered, advanced } = state;
  const listed: WatchState = { stage: 'listed', version, known };
  const unlisted: WatchState = { stage: 'unlisted', plan: 'stream', known };
  if (failure.reason === 'silent' && answered && !streamed) {
    if (!known.bookmarked) return { state: listed, next: 'give-up' };
    const detail = `watch ${kind} failed: the API server sent nothing at all; listing again`;
    if (!advanced) return { state: unlisted, next: new ApiFailure('silent', detail, { relist: true }) };
  }
  return failure.relist
    ? { state: unlisted, next: failure }
    : { state: listed, next: failure, healthy: advanced };
}
