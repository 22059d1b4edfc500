import type { Conduct } from './conduct.ts';

/** What is noted with each connection to a pod. */
export interface ConnectionMark {
  /** Grows with every connection of the worker; from 1. */
  readonly serial: number;
  /** How many others were open when this one was begun, and how many had closed until then. */
  readonly openBefore: number;
  readonly closedBefore: number;
  /** The pod has answered on it. */
  answered: boolean;
}

/**
 * The pod answers on a connection. That another one is open proves nothing by itself: the kernel opens connections for a
 * pod that takes one at a time, and they wait in its backlog.
 *
 *   answers on a connection that was begun when an older one was open, and that is open still   -> it serves several, likely:
 *       the older one was in the backlog first. (A full backlog may lose that place.)
 *   answers again on a connection after a younger one had its first answer                     -> it serves several
 *   answers on a connection beside an idle one that stays open (see IdleWitnesses)              -> it serves several
 */
export function answeredOn(conduct: Conduct, mark: ConnectionMark): void {
  if (mark.answered) {
    if (conduct.newest !== mark.serial) conduct.serves = 'several';
    return;
  }
  mark.answered = true;
  conduct.newest = mark.serial;
  // Of those closed since, some may be younger: then fewer old ones are counted than there are, and nothing is concluded.
  const olderOpen = mark.openBefore - (conduct.closed - mark.closedBefore);
  if (olderOpen > 0 && conduct.serves === 'unknown') conduct.serves = 'several-likely';
}

/** Milliseconds that a fresh connection waits for its first byte before idle ones count as being in its way. */
const PATIENCE = 50;
const PATIENCE_IF_LIKELY = 1_000;

/**
 * How long a fresh connection may wait before the idle ones to its pod are given up; Infinity: they affect no other
 * request.
 */
export function patienceWith({ serves }: Conduct): number {
  if (serves === 'several') return Number.POSITIVE_INFINITY;
  return serves === 'unknown' ? PATIENCE : PATIENCE_IF_LIKELY;
}
