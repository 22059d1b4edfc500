import type { FailureReason } from '../../boundary/reasons.ts';

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
