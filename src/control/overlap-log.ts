import type { EventWriter } from '../cluster/events/event-writer.ts';
import type { Claimant, Overlaps } from '../inventory/overlaps.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Notice } from '../wiring/rejection.ts';

/** The first list can bring thousands at once, where namespaces share hosts on purpose; `/routes` has them all. */
const MOST_LINES = 5;

/**
 * Reports the hosts that several namespaces route, each namespace once: the log, and Events of its own pods, which name
 * no other namespace. Where grants decide, such a host is shared on purpose: nothing is reported.
 */
export function reportOverlaps(
  overlaps: Overlaps | undefined,
  { logger, events }: { readonly logger: Logger; readonly events: EventWriter | undefined },
): void {
  const appeared = overlaps?.takeAppeared() ?? [];
  if (appeared.length === 0 || overlaps?.kind !== 'any') return;
  for (const { host, pod } of appeared.slice(0, MOST_LINES))
    logger.warn({ host, namespace: pod.namespace, pod: pod.name }, 'several namespaces declare this host');
  const more = appeared.length - MOST_LINES;
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
