import { ANSWER_REASONS } from './reasons/answer-reasons.ts';
import { AUTH_REASONS } from './reasons/auth-reasons.ts';
import { FAILURE_REASONS } from './reasons/failure-reasons.ts';
import { HEAD_REASONS } from './reasons/head-reasons.ts';
import type { ReportedBy, ReasonRow, Verdict } from './reasons/reason-row.ts';

export type { Verdict } from './reasons/reason-row.ts';

/**
 * Why the router answered by itself or broke off: every word of X-Podway-Reason, of `reason` in the access log, and of the
 * label of podway_refused_total and podway_failures_total. docs/reasons.md is generated from it.
 */
export const REASONS = { ...HEAD_REASONS, ...ANSWER_REASONS, ...AUTH_REASONS, ...FAILURE_REASONS };

export type Reason = keyof typeof REASONS;

/** Those that `From` can say. */
type ReasonFrom<From extends ReportedBy> = {
  [R in Reason]: Extract<(typeof REASONS)[R]['reportedBy'][number], From> extends never ? never : R;
}[Reason];

/** Why a head is refused. */
export type HeadReason = ReasonFrom<'head'>;
/** Why what never became a request is answered. */
export type RefusalReason = ReasonFrom<'head' | 'connection'>;
/** Why a request is answered that came by the wrong connection. */
export type TransportReason = ReasonFrom<'transport'>;
/** Why the router answers by itself, known from the head and the table. */
export type AnswerReason = ReasonFrom<'decision'>;
/** Why a request is not let in by a service of `auth=`. */
export type AuthReason = ReasonFrom<'auth'>;
/** Why a client is turned away for the router's own sake. */
export type OverloadReason = ReasonFrom<'overload'>;
/** Why an exchange could not be carried out. */
export type FailureReason = ReasonFrom<'exchange'>;
/** Why a tunnel ended without the FIN of a side. */
export type TunnelReason = ReasonFrom<'tunnel'>;

export const VERDICTS: Readonly<Record<FailureReason, Verdict>> = FAILURE_REASONS;

/** Reasons that lie with the pod. */
export const UPSTREAM_FAILURES: readonly FailureReason[] = (Object.keys(VERDICTS) as FailureReason[]).filter(
  (reason) => VERDICTS[reason].fault === 'pod',
);

export function isOverload(reason: Reason): reason is OverloadReason {
  const { reportedBy }: ReasonRow = REASONS[reason];
  return reportedBy.includes('overload');
}
