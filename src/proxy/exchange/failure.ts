import { type FailureReason, VERDICTS, type Verdict } from '../../boundary/reasons.ts';

export function verdict(reason: FailureReason): Verdict {
  return VERDICTS[reason];
}

/**
 * What a failure is attributed to. A pod that ends a connection instead of answering may be ill, or the request may have harmed
 * it.
 */
export function blameOf(reason: FailureReason): 'pod' | 'pod-or-request' | 'none' {
  const { ejects, retry } = VERDICTS[reason];
  if (!ejects) return 'none';
  return retry === 'unsent' ? 'pod' : 'pod-or-request';
}
