import { FIELD_STRIDE, VALUE_END, VALUE_START } from './field-scanner.ts';
import { REQUEST_FIELD } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

/** Where a request stands in a trace: what one `traceparent` says (W3C Trace Context, section 3.2). */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all 0. */
  readonly traceId: string;
  /** 16 of them. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

/** Carries a trace from hop to hop. Only where podway traces: otherwise they are fields like any others. */
export const TRACE_FIELDS = [
  ['traceparent', REQUEST_FIELD.traceparent],
  ['tracestate', REQUEST_FIELD.tracestate],
  ['baggage', REQUEST_FIELD.baggage],
] as const;

/** Of a tracestate, which every hop of the trace carries: what W3C asks hops to pass on at least. */
const LONGEST_STATE = 512;

/** `version-traceid-spanid-flags`; later versions may say more. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const STATE = /^[\x20-\x7e]+$/;

/** What the client says; undefined if it says nothing, or nothing that can be read: then the trace begins here. */
export function receivedTrace(head: RequestHead): TraceContext | undefined {
  const lines = linesOf(head, REQUEST_FIELD.traceparent);
  return lines.length === 1 ? readTraceparent(lines[0] as string) : undefined;
}

/** What the client says besides, for the hops after this one; '' if it says nothing that may go on. */
export function receivedState(head: RequestHead): string {
  const state = linesOf(head, REQUEST_FIELD.tracestate)
    .filter((line) => line !== '')
    .join(',');
  return state.length <= LONGEST_STATE && STATE.test(state) ? state : '';
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
