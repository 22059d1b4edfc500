import type { EventWriter } from '../cluster/events/event-writer.ts';
import { OPERATOR } from '../inventory/held-certificate.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Rejection } from '../wiring/rejection.ts';

/** A relist can bring thousands at once; `/routes` has them all. */
const MOST_LINES = 50;

/** Reports rejections that have just appeared: the log, and Events of what belongs to a namespace. */
export function reportRejections(
  appeared: readonly Rejection[],
  { logger, events }: { readonly logger: Logger; readonly events: EventWriter | undefined },
): void {
  for (const { object, reason, detail } of appeared.slice(0, MOST_LINES)) {
    logger.warn({ ...object, reason, detail }, 'rejected');
  }
  const more = appeared.length - MOST_LINES;
  if (more > 0) logger.warn({ more }, 'further rejections, see /routes');
  events?.report(appeared.filter(({ object }) => object.namespace !== OPERATOR));
}
