import type { EndpointOptions } from '../boundary/route-options.ts';
import { FoldedNames } from '../http1/folded-names.ts';
import type { HeadEdits, PrefixEdit, RequestEdits } from '../http1/head-edits.ts';
import { CORS_FIELDS } from './cors.ts';
import { rewrittenPath, withoutSlash } from './rewrite-path.ts';
import type { NamedValue } from '../wiring/options/endpoint-options.ts';

/** The options of an endpoint at a worker, with values that are computed once and not for every request. */
export interface LiveEndpointOptions extends EndpointOptions {
  /** Edits of requests; undefined: they are forwarded as they are. */
  readonly requestEdits: RequestEdits | undefined;
  /** Edits of final responses. */
  readonly responseEdits: HeadEdits | undefined;
  /** Maximum number of requests and tunnels that the pod accepts from this worker at once; 0 = no limit. */
  readonly mostInFlight: number;
  /** Field lines of podway's own answers for the route, each with its CRLF; '' for none. */
  readonly ownFields: string;
}

export function liveEndpointOptions(record: EndpointOptions): LiveEndpointOptions {
  return {
    ...record,
    requestEdits: requestEditsOf(record),
    responseEdits: editsOf(record.setResponse, dropsOf(record)),
    mostInFlight:
      record.maxInFlight === undefined ? 0 : Math.max(1, Math.floor(record.maxInFlight / record.workers)),
    ownFields: linesOf((record.setResponse ?? []).filter(({ name }) => !OF_OWN_ANSWERS.test(name))),
  };
}

function requestEditsOf(record: EndpointOptions): RequestEdits | undefined {
  const { prefix, hostOfPod: host = '', setRequest = [], dropRequest = [] } = record;
  const drop = prefix === undefined ? dropRequest : [...dropRequest, 'x-forwarded-prefix'];
  const edits = editsOf(setRequest, drop);
  if (edits === undefined && host === '') return undefined;
  return { ...(edits ?? NO_EDITS), host, prefix: prefix === undefined ? undefined : prefixEdit(prefix) };
}

const NO_EDITS: HeadEdits = { dropped: new FoldedNames([]), lines: '' };

function prefixEdit(to: string): PrefixEdit {
  // A path that cannot be rewritten has been rejected before: see guards/rewrite.ts.
  return { path: (path, route) => rewrittenPath(path, route, to) ?? '/', outer: withoutSlash };
}

/** With `cors=`, podway removes the CORS fields of pods, and joins their Vary with its own. */
function dropsOf({ cors, dropResponse = [] }: EndpointOptions): readonly string[] {
  return cors === undefined ? dropResponse : [...dropResponse, ...CORS_FIELDS, 'vary'];
}

/** A field that is set appears once: values of other senders are removed. */
function editsOf(set: readonly NamedValue[] = [], drop: readonly string[] = []): HeadEdits | undefined {
  if (set.length + drop.length === 0) return undefined;
  return { dropped: new FoldedNames([...set.map(({ name }) => name), ...drop]), lines: linesOf(set) };
}

/** Fields that these answers set themselves. */
const OF_OWN_ANSWERS = /^(?:content-.*|location|retry-after|allow|www-authenticate|etag|last-modified)$/i;

function linesOf(set: readonly NamedValue[]): string {
  return set.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
}
