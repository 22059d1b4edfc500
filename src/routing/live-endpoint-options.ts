import type { EndpointOptions } from '../boundary/route-options.ts';
import { FoldedNames } from '../http1/folded-names.ts';
import type { HeadEdits } from '../http1/head-edits.ts';
import type { FieldWord } from '../wiring/words/endpoint-words.ts';

/** An endpoint's options at a worker, with what is made of them once and not for every request. */
export interface LiveEndpointOptions extends EndpointOptions {
  /** Of requests; undefined: they go as they are. */
  readonly requestEdits: HeadEdits | undefined;
  /** Of final responses. */
  readonly responseEdits: HeadEdits | undefined;
  /** Field lines of the router's own answers for the route, each with its CRLF; '' for none. */
  readonly ownFields: string;
}

export function liveEndpointOptions(record: EndpointOptions): LiveEndpointOptions {
  return {
    ...record,
    requestEdits: editsOf(record.setRequest, record.dropRequest),
    responseEdits: editsOf(record.setResponse, record.dropResponse),
    ownFields: linesOf((record.setResponse ?? []).filter(({ name }) => !OF_OWN_ANSWERS.test(name))),
  };
}

/** What is set is said once: whoever else says it is left out. */
function editsOf(set: readonly FieldWord[] = [], drop: readonly string[] = []): HeadEdits | undefined {
  if (set.length + drop.length === 0) return undefined;
  return { dropped: new FoldedNames([...set.map(({ name }) => name), ...drop]), lines: linesOf(set) };
}

/** What such an answer says itself. */
const OF_OWN_ANSWERS = /^(?:content-.*|location|retry-after|allow|www-authenticate|etag|last-modified)$/i;

function linesOf(set: readonly FieldWord[]): string {
  return set.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
}
