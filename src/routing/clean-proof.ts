import type { Conduct } from './conduct.ts';

/** Number of responses to HEAD in a row, without bytes after them, that prove a pod clean. */
const PROOFS = 3;

/**
 * True when podway expects no bytes after this pod's responses to HEAD. Pods that send the body nevertheless (`do_HEAD
 * = do_GET`) leave it to the next request on the connection.
 */
export function provenClean(conduct: Conduct): boolean {
  return conduct.cleanHeads >= PROOFS;
}

/**
 * True when another connection may be watched. podway keeps no more of them open than it needs to prove the pod clean.
 */
export function mayWatch(conduct: Conduct): boolean {
  return conduct.watched < PROOFS;
}

/** No bytes came after a response to HEAD while its connection was watched. */
export function stayedClean(conduct: Conduct): void {
  conduct.cleanHeads += 1;
}

/**
 * The pod sent unsolicited bytes on a connection.
 *
 * @param connection `behindBody`: the bytes came after its response to a request with a body
 */
export function pushed(conduct: Conduct, connection: { readonly behindBody: boolean }): void {
  conduct.cleanHeads = 0;
  if (connection.behindBody) conduct.ignoresBodies = true;
}
