import type { Guard } from './guard.ts';

/** `methods=`. */
export const methodGuard: Guard = ({ methods }, { head }) => {
  if (methods === undefined || methods.includes(head.method)) return undefined;
  return { reason: 'method-not-allowed', fields: `Allow: ${methods.join(', ')}\r\n` };
};

/** `max-body=`, for bodies whose length is declared; the exchange limits the others. */
export const bodyGuard: Guard = ({ maxBody }, { head }) =>
  maxBody === undefined || head.contentLength <= maxBody ? undefined : { reason: 'body-too-large' };
