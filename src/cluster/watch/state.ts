import type { ApiFailure } from '../api/api-failure.ts';
import type { WatchNews } from './lines.ts';

/** The facts about the server and the kind that are kept from request to request. */
export interface Known {
  /** The cluster that all this is of; undefined before the first answer. */
  readonly origin: string | undefined;
  /** It is another one than that of the last whole list, if there was one. */
  readonly moved: boolean;
  /** The latest version of this kind that was listed or watched. */
  readonly newest: string | undefined;
  /** There was an object in the last list or since. */
  readonly hadObjects: boolean;
  /** The server has sent a bookmark, so it will send more. */
  readonly bookmarked: boolean;
  /** The server forgot a `continue` token: paging was too slow for it, so lists ask for everything at once. */
  readonly unpaged: boolean;
}

/**
 * How the next list is requested. `stream`: streamed, where the server can. `pages`: in pages, since a streamed one
 * failed. `confirm`: in pages, and it is believed though its version is older than what is known.
 */
export type ListPlan = 'stream' | 'pages' | 'confirm';

/**
 * How far the list+watch of one kind has come.
 *
 * ```
 * unlisted --request--> streaming --complete--> watching --ended--> listed --request--> watching
 *          --request--> paging    --complete--> listed
 * any --failed--> unlisted, or listed where the version still counts
 * ```
 */
export type WatchState =
  /** Only a list can help. */
  | { readonly stage: 'unlisted'; readonly plan: ListPlan; readonly known: Known }
  /** A streamed list is in progress; none of its objects is delivered before its end mark. */
  | {
      readonly stage: 'streaming';
      /** The server has answered 200. */
      readonly answered: boolean;
      readonly known: Known;
    }
  /** A list in pages is under way. */
  | {
      readonly stage: 'paging';
      readonly plan: ListPlan;
      /** Its first page has come. */
      readonly firstPage: boolean;
      /** It is the second one, because the first had no objects where there were some. */
      readonly again: boolean;
      readonly known: Known;
    }
  /** A watch starts from this version. */
  | { readonly stage: 'listed'; readonly version: string; readonly known: Known }
  /** A watch is under way. */
  | {
      readonly stage: 'watching';
      /** The version of the last delivery: the next watch starts there. */
      readonly version: string;
      /** It continues the streamed list with which it began. */
      readonly streamed: boolean;
      readonly answered: boolean;
      /** It has brought something new: the version moved since it started. */
      readonly advanced: boolean;
      readonly known: Known;
    };

/** What can happen to a list+watch. */
export type WatchEvent =
  /** The next request is sent. `streams`: as far as is known, the server can stream lists. */
  | { readonly type: 'request'; readonly streams: boolean }
  /** The server has begun to answer, or is about to be asked for pages. */
  | { readonly type: 'answer'; readonly origin: string }
  /** The first page of a list has come. */
  | { readonly type: 'page'; readonly version: string }
  /** A streamed list has ended; the number of its objects. */
  | { readonly type: 'end-mark'; readonly version: string; readonly objects: number }
  /** A streamed list has ended without an end mark. */
  | { readonly type: 'no-end-mark' }
  /** The list is whole. */
  | { readonly type: 'complete'; readonly version: string; readonly objects: number }
  | { readonly type: 'line'; readonly line: WatchNews }
  /** The server ended the stream in order; milliseconds since it had answered. */
  | { readonly type: 'ended'; readonly lasted: number }
  | { readonly type: 'failed'; readonly failure: ApiFailure };

/** Nothing is known of any cluster. */
export const NOTHING_KNOWN: Known = {
  origin: undefined,
  moved: false,
  newest: undefined,
  hadObjects: false,
  bookmarked: false,
  unpaged: false,
};

export const START: WatchState = { stage: 'unlisted', plan: 'stream', known: NOTHING_KNOWN };
