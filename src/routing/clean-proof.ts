import type { Conduct } from './conduct.ts';

/** Answers to HEAD in a row behind which nothing came: as many prove a pod clean. */
const PROOFS = 3;

/**
 * Nothing is expected behind its answers to HEAD. Pods that send the body all the same (`do_HEAD = do_GET`) leave it to
 * the next request on the connection.
 */
export function provenClean(conduct: Conduct): boolean {
  return conduct.cleanHeads >= PROOFS;
}

/** Another connection may be watched: not more are kept open than it takes to prove the pod clean. */
export function mayWatch(conduct: Conduct): boolean {
  return conduct.watched < PROOFS;
}

/** Nothing came behind an answer to HEAD while its connection was watched. */
export function stayedClean(conduct: Conduct): void {
  conduct.cleanHeads += 1;
}

/** It sent unsolicited bytes on a connection; `behindBody`: behind its answer to a request with a body. */
export function pushed(conduct: Conduct, connection: { readonly behindBody: boolean }): void {
  conduct.cleanHeads = 0;
  if (connection.behindBody) conduct.ignoresBodies = true;
}
