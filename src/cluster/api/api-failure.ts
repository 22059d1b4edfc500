import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import type { ProblemReason } from '../source.ts';
import { permissionNeeded, type Resource, type Verb } from './api-request.ts';
import { activityByMessage } from './server-readiness.ts';

interface FailureOptions {
  /** The place in the stream is lost or in doubt: only a list is reliable again. */
  readonly relist?: boolean;
  /** Milliseconds the server asked to be left alone. */
  readonly retryAfter?: number | undefined;
  /** What the server answered, where the message says more than that. */
  readonly answer?: string;
  /** The reason is likely, and no more than that. */
  readonly presumed?: boolean;
  /** Of the HTTP answer. */
  readonly status?: number;
}

/** An attempt to list or watch failed. `detail` is printable and holds nothing secret. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly reason: ProblemReason;
  readonly relist: boolean;
  readonly retryAfter: number | undefined;
  readonly answer: string;
  readonly presumed: boolean;
  /** Of the HTTP answer, where a reason stands for several; else undefined. */
  readonly status: number | undefined;

  constructor(reason: ProblemReason, detail: string, options: FailureOptions = {}) {
    super(detail);
    this.reason = reason;
    this.relist = options.relist ?? false;
    this.retryAfter = options.retryAfter;
    this.answer = options.answer ?? detail;
    this.presumed = options.presumed ?? false;
    this.status = options.status;
  }

  /** The server did not accept who we are: credentials have to be read again. */
  get readsCredentials(): boolean {
    return this.reason === 'unauthorized' || this.reason === 'anonymous';
  }
}

/** What was asked, for the sentence that says what was refused. */
export interface ApiCall {
  readonly resource: Resource;
  readonly verb: Verb;
}

export interface Refusal {
  readonly status: number;
  /** The `message` of the Status object, if there was one. */
  readonly message: string | undefined;
  readonly retryAfter?: number | undefined;
}

/** Who sends a token that is not accepted gets 401; anonymous is who sends nothing that the server looks at. */
const NOBODY =
  'the API server received no token or certificate that it accepts: check that the token of the service account is mounted, or that the user of the kubeconfig has credentials';

/**
 * The failure that an HTTP status (or the `code` of an ERROR event) stands for.
 *
 * | status | reason | next |
 * |---|---|---|
 * | 401 | unauthorized | credentials are read again, the first time at once |
 * | 403 | forbidden | retried: RBAC may be granted while we run |
 * | 403 for system:anonymous | anonymous | as 401: no role is missing, but a token or certificate |
 * | 403, 429, 503 of a server that starts or stops | not-ready | the same request again, soon |
 * | 410 | expired | list again, at once unless listed just before |
 * | 429, 5xx | throttled, server-error | the same request again |
 * | other | refused | list again: the server objects to this request, not to us |
 */
export function refusedBy(call: ApiCall, refusal: Refusal): ApiFailure {
  const { status, message, retryAfter } = refusal;
  const { resource, verb } = call;
  const suffix = message === undefined ? '' : `: ${printable(message)}`;
  const answer = `${verb} ${resource.name} was answered ${status}${suffix}`;
  if (status === 401) return new ApiFailure('unauthorized', answer);
  if (status === 403 && message?.includes('User "system:anonymous"')) {
    return new ApiFailure('anonymous', `${NOBODY}. ${answer}`, { answer });
  }
  const activity = message === undefined ? undefined : activityByMessage(message);
  if (activity !== undefined)
    return new ApiFailure('not-ready', `the API server ${activity}. ${answer}`, { retryAfter, answer });
  if (status === 403) {
    return new ApiFailure('forbidden', `${permissionNeeded(resource, verb)}. ${answer}`, { answer });
  }
  if (status === 410) return new ApiFailure('expired', answer, { relist: true });
  if (status === 429) return new ApiFailure('throttled', answer, { retryAfter });
  if (status >= 500) return new ApiFailure('server-error', answer, { retryAfter, status });
  return new ApiFailure('refused', answer, { relist: true, retryAfter });
}

/** Parsers quote what they could not parse, and here that may be a token. */
export function safeMessage(error: unknown): string {
  if (error instanceof SyntaxError) return 'expected JSON, found something else';
  if (error instanceof AggregateError) return ownString(error, 'code') ?? 'every address failed';
  return error instanceof Error ? printable(error.message || error.name) : 'unknown error';
}
