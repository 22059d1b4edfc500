import type { TraceLines } from '../../http1/request-writer.ts';
import type { TraceContext } from '../../http1/trace-context.ts';

/** Number of digits of a trace id, of a span id, and of the part that all attempts of a request share. */
const TRACE_ID_DIGITS = 32;
const SPAN_ID_DIGITS = 16;
const ATTEMPT_DIGITS = 14;

/** Number of random hexadecimal digits that one trace takes. */
export const DIGITS = TRACE_ID_DIGITS + SPAN_ID_DIGITS + ATTEMPT_DIGITS;

/** The trace of a trusted peer that this request continues. */
export interface Continued {
  readonly context: TraceContext;
  readonly state: string;
}

/** How far a request has come. Each attempt has its own span, which is the parent of the pod's span. */
interface Attempted {
  /** The number of the current attempt, from 1. */
  readonly attempts: number;
}

/** The position of one request in its trace. */
export class Trace implements TraceLines {
  /** The spans of the request are recorded. */
  readonly isSampled: boolean;
  readonly continued: Continued | undefined;
  readonly #digits: string;
  readonly #request: Attempted;

  /** @param digits DIGITS random hexadecimal digits */
  constructor(request: Attempted, digits: string, isSampled: boolean, continued: Continued | undefined) {
    this.#request = request;
    this.#digits = digits;
    this.isSampled = isSampled;
    this.continued = continued;
  }

  get traceId(): string {
    return this.continued?.context.traceId ?? this.#digits.slice(0, TRACE_ID_DIGITS);
  }

  get spanId(): string {
    return this.#digits.slice(TRACE_ID_DIGITS, TRACE_ID_DIGITS + SPAN_ID_DIGITS);
  }

  /** The span id of the attempt with this number, from 1. */
  attemptId(attempt: number): string {
    const last = (attempt & 0xff).toString(16).padStart(2, '0');
    return this.#digits.slice(TRACE_ID_DIGITS + SPAN_ID_DIGITS, DIGITS) + last;
  }

  get lines(): string {
    const { continued } = this;
    const state =
      continued === undefined || continued.state === '' ? '' : `tracestate: ${continued.state}\r\n`;
    if (!this.isSampled) return `traceparent: 00-${this.traceId}-${this.spanId}-00\r\n${state}`;
    return `traceparent: 00-${this.traceId}-${this.attemptId(this.#request.attempts)}-01\r\n${state}`;
  }
}
