import type { TraceLines } from '../../http1/request-writer.ts';
import type { TraceContext } from '../../http1/trace-context.ts';

/** Digits of a trace's id, of a span's, and of what all attempts of a request have in common. */
const TRACE_ID = 32;
const SPAN_ID = 16;
const ATTEMPT = 14;

/** Random hexadecimal digits that one trace takes. */
export const DIGITS = TRACE_ID + SPAN_ID + ATTEMPT;

/** What a trusted peer says of the trace, which goes on here. */
export interface Continued {
  readonly context: TraceContext;
  readonly state: string;
}

/** How far a request has come: each attempt has a span of its own, which is the parent of the pod's. */
interface Attempted {
  /** The number of the attempt that goes on, from 1 on. */
  readonly attempts: number;
}

/** Where one request stands in its trace. */
export class Trace implements TraceLines {
  /** Its spans are recorded. */
  readonly isSampled: boolean;
  readonly continued: Continued | undefined;
  readonly #digits: string;
  readonly #request: Attempted;

  /** @param digits DIGITS random ones */
  constructor(request: Attempted, digits: string, isSampled: boolean, continued: Continued | undefined) {
    this.#request = request;
    this.#digits = digits;
    this.isSampled = isSampled;
    this.continued = continued;
  }

  get traceId(): string {
    return this.continued?.context.traceId ?? this.#digits.slice(0, TRACE_ID);
  }

  get spanId(): string {
    return this.#digits.slice(TRACE_ID, TRACE_ID + SPAN_ID);
  }

  /** Of the attempt of this number, from 1 on. */
  attemptId(attempt: number): string {
    const last = (attempt & 0xff).toString(16).padStart(2, '0');
    return this.#digits.slice(TRACE_ID + SPAN_ID, DIGITS) + last;
  }

  get lines(): string {
    const { continued } = this;
    const state =
      continued === undefined || continued.state === '' ? '' : `tracestate: ${continued.state}\r\n`;
    if (!this.isSampled) return `traceparent: 00-${this.traceId}-${this.spanId}-00\r\n${state}`;
    return `traceparent: 00-${this.traceId}-${this.attemptId(this.#request.attempts)}-01\r\n${state}`;
  }
}
