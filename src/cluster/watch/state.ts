import type { ApiFailure } from '../api/api-failure.ts';
import type { WatchNews } from './lines.ts';

/** What podway knows about the server and the kind, and keeps from request to request. */
export interface Known {
  /** The cluster that these facts are about; undefined before the first answer. */
  readonly origin: string | undefined;
  /** The cluster is another one than that of the last whole list; false if there was none. */
  readonly moved: boolean;
  /** The latest version of this kind in a list or watch. */
  readonly newest: string | undefined;
  /** The last list had an object, or there has been one since. */
  readonly hadObjects: boolean;
  /** The server has sent a bookmark, so it will send more. */
  readonly bookmarked: boolean;
  /** The server forgot a `continue` token because paging was too slow, so lists request everything at once. */
  readonly unpaged: boolean;
}

/**
 * How podway requests the next list. `stream`: streamed, if the server supports it. `pages`: in pages, because a
 * streamed list failed. `confirm`: in pages, and podway accepts it even if its version is older than the newest known
 * one.
 */
export type ListPlan = 'stream' | 'pages' | 'confirm';

/**
 * The progress of the list+watch of one kind.
 *
 * ```
 * unlisted --request--> streaming --complete--> watching --ended--> listed --request--> watching
 *          --request--> paging    --complete--> listed
 * any --failed--> unlisted, or listed if the version is still valid
 * ```
 */
export type WatchState =
  /** podway needs a list. */
  | { readonly stage: 'unlisted'; readonly plan: ListPlan; readonly known: Known }
  /** A streamed list is in progress; podway delivers none of its objects before its end mark. */
  | {
      readonly stage: 'streaming';
      /** The server has answered 200. */
      readonly answered: boolean;
      readonly known: Known;
    }
  /** A list in pages is in progress. */
  | {
      readonly stage: 'paging';
      readonly plan: ListPlan;
      /** Its first page has arrived. */
      readonly firstPage: boolean;
      /** It is the second one, because the first had no objects although there had been some. */
      readonly again: boolean;
      readonly known: Known;
    }
  /** The next watch starts from this version. */
  | { readonly stage: 'listed'; readonly version: string; readonly known: Known }
  /** A watch is in progress. */
  | {
      readonly stage: 'watching';
      /** The version of the last delivery, from which the next watch starts. */
      readonly version: string;
      /** The watch began with a streamed list, on the same connection. */
      readonly streamed: boolean;
      readonly answered: boolean;
      /** The watch has brought something new: the version has changed since it started. */
      readonly advanced: boolean;
      readonly known: Known;
    };

/** What can happen to a list+watch. */
export type WatchEvent =
  /** podway sends the next request. `streams`: as far as podway knows, the server can stream lists. */
  | { readonly type: 'request'; readonly streams: boolean }
  /** The server has begun to answer, or podway is about to request pages. */
  | { readonly type: 'answer'; readonly origin: string }
  /** The first page of a list has arrived. */
  | { readonly type: 'page'; readonly version: string }
  /** A streamed list has ended. `objects`: their number. */
  | { readonly type: 'end-mark'; readonly version: string; readonly objects: number }
  /** A streamed list has ended without an end mark. */
  | { readonly type: 'no-end-mark' }
  /** The list is complete. */
  | { readonly type: 'complete'; readonly version: string; readonly objects: number }
  | { readonly type: 'line'; readonly line: WatchNews }
  /** The server ended the stream normally. `lasted`: milliseconds since it answered. */
  | { readonly type: 'ended'; readonly lasted: number }
  | { readonly type: 'failed'; readonly failure: ApiFailure };

/** What podway knows before the first answer. */
export const NOTHING_KNOWN: Known = {
  origin: undefined,
  moved: false,
  newest: undefined,
  hadObjects: false,
  bookmarked: false,
  unpaged: false,
};

export const INITIAL_STATE: WatchState = { stage: 'unlisted', plan: 'stream', known: NOTHING_KNOWN };
