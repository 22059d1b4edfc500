import { type FailureReason, VERDICTS, type Verdict } from '../../boundary/reasons.ts';

export function verdict(reason: FailureReason): Verdict {
  return VERDICTS[reason];
}

/** Whom a failure speaks against. A pod that ends a connection instead of answering may be ill, or the request be poison. */
export function blames(reason: FailureReason): 'pod' | 'pod-or-request' | 'none' {
  const { ejects, retry } = VERDICTS[reason];
  if (!ejects) return 'none';
  return retry === 'unsent' ? 'pod' : 'pod-or-request';
}
