import type { ProblemReason } from '../source.ts';

// How podway recognizes an API server that is starting or shutting down: by the messages of its answers, by the failing
// checks of its /readyz, and, if it reports neither, by an outage that has just ended.

/** A phrase after "the API server". */
type ServerActivity = string;

/**
 * Messages of a server that has not finished starting, or is about to end, with any status. The built-in roles exist in
 * every cluster, so a server without one of them has not read its roles yet.
 */
const MESSAGES: readonly (readonly [RegExp, ServerActivity])[] = [
  [
    /clusterrole\.rbac\.authorization\.k8s\.io "system:[^"]*" not found/,
    'is starting and does not know its roles yet',
  ],
  [/storage is \(re\)initializing/, 'is starting'],
  [/before all known HTTP paths have been installed/, 'is starting'],
  [/not yet ready to handle request/, 'is starting'],
  [/apiserver is shutting down/, 'is shutting down'],
];

/** Checks of `/readyz`, and what their failure means; the first match counts. */
const CHECKS: readonly (readonly [RegExp, ServerActivity])[] = [
  [/^shutdown$/, 'is shutting down'],
  [/^(poststarthook\/|informer-sync$)/, 'is starting and not ready yet'],
  [/(?:)/, 'reports that it is not ready'],
];

/** Reasons that a server also gives while it starts, because it has not read its roles or other parts yet. */
const INCONCLUSIVE: ReadonlySet<ProblemReason> = new Set(['forbidden', 'server-error']);

/** Milliseconds after an outage or a start in which a 403 may come from a server that has not read its roles. */
const ROLES_LOAD_TIME = 60_000;

/** What the server is doing, by the message of an answer; undefined if the message does not show it. */
export function activityByMessage(message: string): ServerActivity | undefined {
  return MESSAGES.find(([words]) => words.test(message))?.[1];
}

/** What the server is doing, by the names of the `/readyz` checks that failed; undefined if none failed. */
export function activityByChecks(failed: readonly string[]): ServerActivity | undefined {
  return CHECKS.find(([name]) => failed.some((it) => name.test(it)))?.[1];
}

/**
 * Whether podway should look at `/readyz` after an answer with this reason, because its message alone is not enough.
 */
export function isInconclusive(reason: ProblemReason): boolean {
  return INCONCLUSIVE.has(reason);
}

/**
 * Whether a failure probably comes from a server that has not read its roles yet, although `/readyz` does not report
 * it.
 *
 * @param sinceUnready milliseconds since the server was certainly not ready; undefined if it always was ready
 */
export function mayLackRoles(reason: ProblemReason, sinceUnready: number | undefined): boolean {
  return reason === 'forbidden' && sinceUnready !== undefined && sinceUnready < ROLES_LOAD_TIME;
}

/** Names of the checks that failed, from the body of `/readyz`: at most ten. */
export function failedChecks(body: string): string[] {
  return [...body.matchAll(/^\[-\]([\w./-]{1,100}) failed/gm)].slice(0, 10).map(([, name = '']) => name);
}
