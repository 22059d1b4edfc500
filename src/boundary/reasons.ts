import { ANSWER_REASONS } from './reasons/answer-reasons.ts';
import { AUTH_REASONS } from './reasons/auth-reasons.ts';
import { FAILURE_REASONS } from './reasons/failure-reasons.ts';
import { HEAD_REASONS } from './reasons/head-reasons.ts';
import { OVERLOAD_REASONS } from './reasons/overload-reasons.ts';
import type { ReportedBy, ReasonRow, Verdict } from './reasons/reason-row.ts';

export type { Verdict } from './reasons/reason-row.ts';

/**
 * Why the router answered by itself or ended an exchange early: every value of X-Podway-Reason, of `reason` in the access log, and of
 * the label of podway_refused_total and podway_failures_total. docs/reasons.md is generated from it.
 */
export const REASONS = {
  ...HEAD_REASONS,
  ...ANSWER_REASONS,
  ...OVERLOAD_REASONS,
  ...AUTH_REASONS,
  ...FAILURE_REASONS,
};

export type Reason = keyof typeof REASONS;

/** The reasons that `From` reports. */
type ReasonFrom<From extends ReportedBy> = {
  [R in Reason]: Extract<(typeof REASONS)[R]['reportedBy'][number], From> extends never ? never : R;
}[Reason];

/** Why podway refuses a head. */
export type HeadReason = ReasonFrom<'head'>;
/** Why podway answers something that never became a request. */
export type RefusalReason = ReasonFrom<'head' | 'connection'>;
/** Why podway answers a request that came on the wrong connection. */
export type TransportReason = ReasonFrom<'transport'>;
/** Why the router answers by itself, as the head and the route table decide. */
export type AnswerReason = ReasonFrom<'decision'>;
/** Why a service of `auth=` does not let a request in. */
export type AuthReason = ReasonFrom<'auth'>;
/** Why podway refuses a client to protect itself. */
export type OverloadReason = ReasonFrom<'overload'>;
/** Why an exchange failed. */
export type FailureReason = ReasonFrom<'exchange'>;
/** Why a tunnel ended without a FIN of either side. */
export type TunnelReason = ReasonFrom<'tunnel'>;

export const VERDICTS: Readonly<Record<FailureReason, Verdict>> = FAILURE_REASONS;

/** Failures for which the pod is responsible. */
export const UPSTREAM_FAILURES: readonly FailureReason[] = (Object.keys(VERDICTS) as FailureReason[]).filter(
  (reason) => VERDICTS[reason].fault === 'pod',
);

export function isOverload(reason: Reason): reason is OverloadReason {
  const { reportedBy }: ReasonRow = REASONS[reason];
  return reportedBy.includes('overload');
}
