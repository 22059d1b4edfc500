import { type FailureReason, VERDICTS, type Verdict } from '../../boundary/reasons.ts';

export function verdict(reason: FailureReason): Verdict {
  return VERDICTS[reason];
}

/** Whom a failure speaks against. A pod that ends a connection instead of answering may be ill, or the request be poison. */
export function blames(reason: FailureReason): 'pod' | 'pod-or-request' | 'nobody' {
  const { ejects, retry } = VERDICTS[reason];
  if (!ejects) return 'nobody';
  return retry === 'unsent' ? 'pod' : 'pod-or-request';
}

/** Our own shortage of descriptors or memory. */
const SHORTAGES = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);
/** Not the pod's fault either: no port left, or no address of the family; a rule of this host. */
const LOCAL_ERRORS = new Set([...SHORTAGES, 'EADDRNOTAVAIL', 'EACCES', 'EPERM']);

/** No address of any pod could be reached now. */
export function isShortage(error: NodeJS.ErrnoException | undefined): boolean {
  return SHORTAGES.has(error?.code ?? '');
}

/** What a failed connect means. */
export function connectFailure(error: NodeJS.ErrnoException | undefined): FailureReason {
  const code = error?.code ?? '';
  if (LOCAL_ERRORS.has(code)) return 'router-exhausted';
  return code === 'ETIMEDOUT' ? 'connect-timeout' : 'connect-refused';
}
