import type { Logger } from '../telemetry/logger.ts';
import type { Rejection } from '../wiring/rejection.ts';

/** A relist can bring thousands at once; `/routes` has them all. */
const MOST_LINES = 50;

/** Tells the log of rejections that have just appeared. */
export function logRejections(logger: Logger, appeared: readonly Rejection[]): void {
  for (const { object, reason, detail } of appeared.slice(0, MOST_LINES)) {
    logger.warn({ ...object, reason, detail }, 'rejected');
  }
  const more = appeared.length - MOST_LINES;
  if (more > 0) logger.warn({ more }, 'further rejections, see /routes');
}
