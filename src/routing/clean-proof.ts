import type { ConnectionBehaviour } from './connection-behaviour.ts';

/** Number of responses to HEAD in a row, without bytes after them, that prove a pod clean. */
const PROOFS = 3;

/**
 * True when podway expects no bytes after this pod's responses to HEAD. Pods that send the body nevertheless (`do_HEAD
 * = do_GET`) leave it to the next request on the connection.
 */
export function isProvenClean(behaviour: ConnectionBehaviour): boolean {
  return behaviour.cleanHeads >= PROOFS;
}

/**
 * True when another connection may be watched. podway keeps no more of them open than it needs to prove the pod clean.
 */
export function mayWatch(behaviour: ConnectionBehaviour): boolean {
  return behaviour.watched < PROOFS;
}

/** No bytes came after a response to HEAD while its connection was watched. */
export function recordCleanHead(behaviour: ConnectionBehaviour): void {
  behaviour.cleanHeads += 1;
}

/**
 * The pod sent unsolicited bytes on a connection.
 *
 * @param connection `behindBody`: the bytes came after its response to a request with a body
 */
export function recordUnexpectedBytes(
  behaviour: ConnectionBehaviour,
  connection: { readonly behindBody: boolean },
): void {
  behaviour.cleanHeads = 0;
  if (connection.behindBody) behaviour.ignoresBodies = true;
}
