import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import type { ProblemReason } from '../source.ts';
import { permissionNeeded, type Resource, type Verb } from './api-request.ts';
import { activityByMessage } from './server-readiness.ts';

interface FailureOptions {
  /** The position in the stream is lost or in doubt: only a new list is reliable. */
  readonly relist?: boolean;
  /** Milliseconds that the server asked podway to wait. */
  readonly retryAfter?: number | undefined;
  /** The answer of the server, if the message says more than that. */
  readonly answer?: string;
  /** The reason is likely, but not certain. */
  readonly presumed?: boolean;
  /** HTTP status of the answer. */
  readonly status?: number;
}

/** A request to the API server failed. The message is printable and contains no secret. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly reason: ProblemReason;
  readonly relist: boolean;
  readonly retryAfter: number | undefined;
  readonly answer: string;
  readonly presumed: boolean;
  /** HTTP status of the answer, if the reason stands for several; otherwise undefined. */
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

  /** The server did not accept the credentials: podway has to read them again. */
  get readsCredentials(): boolean {
    return this.reason === 'unauthorized' || this.reason === 'anonymous';
  }
}

/** What podway requested, for the message that says what the server refused. */
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

/**
 * A token that the server does not accept gets 401. A request is anonymous if it has no credentials that the server
 * looks at.
 */
const ANONYMOUS =
  'the API server received no token or certificate that it accepts: check that the token of the service account is mounted, or that the user of the kubeconfig has credentials';

/**
 * The failure that an HTTP status (or the `code` of an ERROR event) stands for.
 *
 * | status | reason | next |
 * |---|---|---|
 * | 401 | unauthorized | podway reads the credentials again, the first time at once |
 * | 403 | forbidden | retried: RBAC may grant it while podway runs |
 * | 403 for system:anonymous | anonymous | as 401: a token or certificate is missing, not a role |
 * | 403, 429, 503 of a server that starts or stops | not-ready | the same request again, soon |
 * | 410 | expired | list again, at once unless podway has just listed |
 * | 429, 5xx | throttled, server-error | the same request again |
 * | other | refused | list again: the server objects to this request, not to podway |
 */
export function refusedBy(call: ApiCall, refusal: Refusal): ApiFailure {
  const { status, message, retryAfter } = refusal;
  const { resource, verb } = call;
  const suffix = message === undefined ? '' : `: ${printable(message)}`;
  const answer = failureText(call, `the API server answered ${status}${suffix}`);
  if (status === 401) return new ApiFailure('unauthorized', answer);
  if (status === 403 && message?.includes('User "system:anonymous"')) {
    return new ApiFailure('anonymous', `${ANONYMOUS}. ${answer}`, { answer });
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

/** The message for a failed call: `list pods failed: the connection ended`. */
function failureText({ verb, resource }: ApiCall, why: string): string {
  return `${verb} ${resource.name} failed: ${why}`;
}

/** @param why a clause that says what happened: `the connection ended` */
export function failedCall(reason: ProblemReason, call: ApiCall, why: string): ApiFailure {
  return new ApiFailure(reason, failureText(call, why));
}

/** The failure of a call to which the API server did not begin an answer within `limit` milliseconds. */
export function tooSlow(call: ApiCall, limit: number): ApiFailure {
  return failedCall('silent', call, `the API server did not answer within ${limit / 1_000} s`);
}

/** Parsers quote what they could not parse, which may be a token here, so their messages are replaced. */
export function safeMessage(error: unknown): string {
  if (error instanceof SyntaxError) return 'expected JSON, found something else';
  if (error instanceof AggregateError) return ownString(error, 'code') ?? 'every address failed';
  return error instanceof Error ? printable(error.message || error.name) : 'unknown error';
}
