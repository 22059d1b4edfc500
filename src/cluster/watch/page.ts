import { own, ownArray, ownString } from '../../wiring/json.ts';
import { ApiFailure, type ApiCall } from '../api/api-failure.ts';
import { type Query, requestTarget } from '../api/api-request.ts';
import { type ApiSession, notJson } from '../api/api-session.ts';
import { type FieldNames, leanText, type ListPieces, piecesOfList } from '../api/lean-json.ts';
import { parseJson } from '../api/status.ts';
import type { Yielder } from './yielder.ts';

/** Objects per page: bounds the memory of one answer, in podway and in the server. */
export const PAGE_LIMIT = '500';

export interface Page {
  /** Each item is parsed when it is read; iteration throws ApiFailure. */
  readonly items: Iterable<unknown>;
  readonly version: string;
  readonly next: string | undefined;
}

export interface PageRequest {
  readonly call: ApiCall;
  readonly session: ApiSession;
  /** See `Kind`. */
  readonly unread?: FieldNames | undefined;
  readonly yielder: Yielder;
}

/**
 * Requests one page of a list.
 *
 * @throws ApiFailure
 */
export async function getPage({ call, session, unread, yielder }: PageRequest, query: Query): Promise<Page> {
  const bytes = await session.bytes(call, requestTarget(call.resource, query));
  const pieces = piecesOfList(bytes);
  let step = pieces.next();
  for (; step.done !== true; step = pieces.next()) if (yielder.isDue()) await yielder.yield();
  return pageOf(call, parsed(bytes, step.value, { call, unread }));
}

interface ParsedList {
  readonly list: unknown;
  /** Undefined if `list` contains the items. */
  readonly items: Iterable<unknown> | undefined;
}

function parsed(
  bytes: Buffer,
  pieces: ListPieces | undefined,
  { call, unread }: Pick<PageRequest, 'call' | 'unread'>,
): ParsedList {
  const envelope = pieces && parseJson(pieces.envelope);
  if (pieces !== undefined && envelope !== undefined && ownArray(envelope, 'items').length === 0)
    return { list: envelope, items: itemsOf(bytes, pieces, { call, unread }) };
  // The text does not have the form that API servers write.
  const list = parseJson(bytes.toString('utf8'));
  if (list === undefined) throw notJson(call);
  return { list, items: undefined };
}

function* itemsOf(
  bytes: Buffer,
  { items }: ListPieces,
  { call, unread }: Pick<PageRequest, 'call' | 'unread'>,
): Generator<unknown, void> {
  for (const item of items) {
    const object = parseJson(leanText(bytes, item, unread));
    if (object === undefined) throw notJson(call);
    yield object;
  }
}

/** `items` of an empty list may be null, because Go writes a nil slice in this way. */
function pageOf({ resource }: ApiCall, { list, items }: ParsedList): Page {
  const metadata = own(list, 'metadata');
  const version = ownString(metadata, 'resourceVersion');
  const given = own(list, 'items') ?? null;
  if (!version || !(given === null || Array.isArray(given)))
    throw new ApiFailure('malformed', `the answer to list ${resource.name} is not a list`);
  const next = ownString(metadata, 'continue') || undefined;
  return { items: items ?? ownArray(list, 'items'), version, next };
}
