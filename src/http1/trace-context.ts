import { FIELD_STRIDE, VALUE_END, VALUE_START } from './field-scanner.ts';
import { REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

/** The position of a request in a trace: the content of one `traceparent` (W3C Trace Context, section 3.2). */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all 0. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, not all 0. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

/**
 * The fields that carry a trace from hop to hop. They have ids only if podway traces; otherwise they are ordinary
 * fields.
 */
export const TRACE_FIELDS = [
  ['traceparent', REQUEST_FIELD.traceparent],
  ['tracestate', REQUEST_FIELD.tracestate],
  ['baggage', REQUEST_FIELD.baggage],
] as const;

/** Maximum length of a tracestate, in characters: the length that W3C requires hops to pass on at least. */
const MAX_STATE_LENGTH = 512;

/** `version-traceid-spanid-flags`; later versions may have more parts. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const STATE = /^[\x20-\x7e]+$/;

/** The trace of the client; undefined if it sent none, or none that podway can read: then a new trace begins. */
export function receivedTrace(head: RequestHead): TraceContext | undefined {
  const lines = linesOf(head, REQUEST_FIELD.traceparent);
  return lines.length === 1 ? readTraceparent(lines[0] as string) : undefined;
}

/** The tracestate of the client, for the hops after this one; '' if it sent none that may be passed on. */
export function receivedState(head: RequestHead): string {
  const state = linesOf(head, REQUEST_FIELD.tracestate)
    .filter((line) => line !== '')
    .join(',');
  return state.length <= MAX_STATE_LENGTH && STATE.test(state) ? state : '';
}

export function readTraceparent(value: string): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] = TRACEPARENT.exec(value) ?? [];
  if (version === undefined || (version === '00' && more !== undefined)) return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

function linesOf({ text, fields }: RequestHead, id: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < fields.length; at += FIELD_STRIDE) {
    if (fields[at] !== id) continue;
    lines.push(text.slice(fields[at + VALUE_START], fields[at + VALUE_END]));
  }
  return lines;
}
