import type { EventWriter } from '../cluster/events/event-writer.ts';
import { OPERATOR_NAMESPACE } from '../inventory/held-certificate.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Rejection } from '../wiring/rejection.ts';

/** Maximum number of log lines: a list can bring thousands of rejections. `/routes` has all. */
const MAX_LINES = 50;

/** Reports new rejections in the log and, for objects of a namespace, as Events. */
export function reportRejections(
  appeared: readonly Rejection[],
  { logger, events }: { readonly logger: Logger; readonly events: EventWriter | undefined },
): void {
  for (const { object, reason, detail } of appeared.slice(0, MAX_LINES)) {
    logger.warn({ ...object, reason, detail }, 'rejected');
  }
  const more = appeared.length - MAX_LINES;
  if (more > 0) logger.warn({ more }, 'further rejections, see /routes');
  events?.report(appeared.filter(({ object }) => object.namespace !== OPERATOR_NAMESPACE));
}
