import type { OutgoingHttpHeaders } from 'node:http';
import { type AdminAnswer, json } from '../admin/answers.ts';

/** What a page of the operator listener is asked. */
export interface Question {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Every line of every field, names in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>;
}

/** One event of a stream (HTML, section 9.2); `data` is sent as one line of JSON. */
export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  /** Where a reader that comes again goes on: it sends the last one as `Last-Event-ID`. */
  readonly id?: string;
}

/** A page that goes on: server-sent events. */
export interface EventStream {
  readonly kind: 'stream';
  /**
   * Called once the head is out. What it sends is dropped for readers that are too slow; `signal` aborts when the reader has
   * gone. The stream ends when the promise settles.
   */
  run(send: (event: StreamEvent) => void, signal: AbortSignal): Promise<void>;
}

export type OperatorAnswer = AdminAnswer | EventStream;
export type OperatorPage = (question: Question) => OperatorAnswer | Promise<OperatorAnswer>;

/** A file of a page in the browser. It reveals nothing of the cluster, so it needs no token. */
export interface OperatorFile {
  readonly contentType: string;
  readonly body: string | Buffer;
}

/** What the listener answers, by path. */
export interface OperatorPages {
  readonly pages: Readonly<Record<string, OperatorPage>>;
  readonly files: Readonly<Record<string, OperatorFile>>;
}

/** @param message one line that says what was expected */
export function problem(status: number, message: string): AdminAnswer {
  return json(status, { error: message });
}

/** A page that is a file may load scripts, styles and data from here and from nowhere else, and be in no frame. */
export const GUARDS: OutgoingHttpHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
