import type { ConnectionBehaviour } from './connection-behaviour.ts';

/** What podway notes with each connection to a pod. */
export interface ConnectionMark {
  /** Increases with every connection of the worker; starts at 1. */
  readonly serial: number;
  /**
   * Numbers of other connections to the pod when this one was begun: those that were open, and those that had closed.
   */
  readonly openBefore: number;
  readonly closedBefore: number;
  /** The pod has answered on this connection. */
  answered: boolean;
}

/**
 * The pod answers on a connection. Several open connections prove nothing: the kernel opens connections for a pod that
 * serves one at a time, and they wait in its backlog.
 *
 * - An answer on a connection that was begun when an older one was open, and the older one is still open: the pod
 *   probably serves several, because the older one was in the backlog first. (A full backlog may lose that place.)
 * - Another answer on a connection after a younger one had its first answer: the pod serves several.
 * - An answer on a connection beside an idle one that stays open (see ConcurrencyProbes): the pod serves several.
 */
export function answeredOn(behaviour: ConnectionBehaviour, mark: ConnectionMark): void {
  if (mark.answered) {
    if (behaviour.newest !== mark.serial) behaviour.serves = 'several';
    return;
  }
  mark.answered = true;
  behaviour.newest = mark.serial;
  // Some of those closed since may be younger. Then this counts too few old connections, and podway concludes nothing.
  const olderOpen = mark.openBefore - (behaviour.closed - mark.closedBefore);
  if (olderOpen > 0 && behaviour.serves === 'unknown') behaviour.serves = 'several-likely';
}

/** Milliseconds that a new connection waits for its first byte before podway assumes that idle connections block it. */
const FIRST_BYTE_WAIT = 50;
const FIRST_BYTE_WAIT_IF_LIKELY = 1_000;

/**
 * Milliseconds that a new connection may wait before podway closes the idle ones to its pod; Infinity: idle connections
 * block no other request.
 */
export function firstByteWait({ serves }: ConnectionBehaviour): number {
  if (serves === 'several') return Number.POSITIVE_INFINITY;
  return serves === 'unknown' ? FIRST_BYTE_WAIT : FIRST_BYTE_WAIT_IF_LIKELY;
}
