import type { EventWriter } from '../cluster/events/event-writer.ts';
import type { Claimant, Overlaps } from '../inventory/overlaps.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Notice } from '../wiring/rejection.ts';

/** Maximum number of log lines: the first list can bring thousands, if namespaces share hosts on purpose. `/routes` has all. */
const MAX_LINES = 5;

/**
 * Reports hosts that several namespaces declare, once for each namespace: in the log, and as Events of the namespace's own pods.
 * The Events name no other namespace. If grants decide (HOST_GRANTS=enforce), such a host is shared on purpose and not reported.
 */
export function reportOverlaps(
  overlaps: Overlaps | undefined,
  { logger, events }: { readonly logger: Logger; readonly events: EventWriter | undefined },
): void {
  const appeared = overlaps?.takeAppeared() ?? [];
  if (appeared.length === 0 || overlaps?.kind !== 'any') return;
  for (const { host, pod } of appeared.slice(0, MAX_LINES))
    logger.warn({ host, namespace: pod.namespace, pod: pod.name }, 'several namespaces declare this host');
  const more = appeared.length - MAX_LINES;
  if (more > 0)
    logger.warn(
      { more },
      'further hosts of several namespaces, see /routes; HOST_GRANTS=off if they share them on purpose',
    );
  events?.report(appeared.map(noticeOf));
}

function noticeOf({ host, pod }: Claimant): Notice {
  const detail = `${host}: pods of another namespace declare it, too`;
  return { object: pod, reason: 'host-conflict', detail };
}
