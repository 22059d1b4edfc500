import type { OutgoingHttpHeaders } from 'node:http';
import { type AdminAnswer, json } from '../admin/answers.ts';

/** A request for a page of the operator listener. */
export interface Question {
  readonly path: string;
  readonly query: URLSearchParams;
  /** All lines of each header, by name in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
}

/** One event of a stream (HTML, section 9.2); `data` is sent as one line of JSON. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  /** Position after this event: a reader that connects again sends the last one as `Last-Event-ID`. */
  readonly id?: string;
}

/** A page of server-sent events. */
export interface EventStream {
  readonly kind: 'stream';
  /**
   * Called after the head was written. Readers that are too slow are disconnected; `signal` aborts when the reader has
   * disconnected. The stream ends when the promise settles.
   */
  run(send: (event: StreamEvent) => void, signal: AbortSignal): Promise<void>;
}

export type OperatorAnswer = AdminAnswer | EventStream;
export type OperatorPage = (question: Question) => OperatorAnswer | Promise<OperatorAnswer>;

/** A file of a page in the browser. It contains no data of the cluster, so it requires no token. */
export interface OperatorFile {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** The pages and files of the listener, by path. */
export interface OperatorPages {
  readonly pages: Readonly<Record<string, OperatorPage>>;
  readonly files: Readonly<Record<string, OperatorFile>>;
}

/** An error answer. @param message one line about what was expected */
export function problem(status: number, message: string): AdminAnswer {
  return json(status, { error: message });
}

/** Headers that allow a page to load scripts, styles and data only from this listener, and forbid frames. */
export const GUARDS: OutgoingHttpHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
