import { hash } from 'node:crypto';
import { NOTICES, type Notice, printable, REJECTIONS, type Rejection } from '../../wiring/rejection.ts';
import { rfc3339 } from '../api/rfc3339.ts';

/** Maximum length of an object's name, minus the suffix of an Event's name. */
const MAX_NAME_LENGTH = 253 - 17;

/**
 * The Event that reports to an object's owner which annotations podway rejected and what it would accept; or a notice.
 *
 * The name of the Event is derived from its contents, so several replicas, or podway after a restart, create it only
 * once: the API server answers the second attempt with 409. Events last an hour; after that podway can report the same
 * rejection again.
 *
 * @param at when podway rejected it
 */
export function eventObject(reported: Rejection | Notice, at: Date) {
  const { object, reason, detail } = reported;
  const { kind, namespace, name, uid } = object;
  const mark = hash('sha256', [kind, uid, reason, detail].join('\n'), 'hex').slice(0, 16);
  const time = rfc3339(at);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name.slice(0, MAX_NAME_LENGTH)}.${mark}`, namespace },
    involvedObject: { apiVersion: 'v1', kind, namespace, name, uid },
    type: 'Warning',
    reason: camelCase(reason),
    message: messageOf(reported),
    source: { component: 'podway' },
    reportingComponent: 'podway',
    reportingInstance: 'podway',
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

function messageOf({ reason, detail }: Rejection | Notice): string {
  if (reason === 'host-conflict') return `${printable(detail)}; ${NOTICES[reason]}`;
  return `${printable(`${detail}: refused (${reason})`)}; expected ${REJECTIONS[reason]}`;
}

export type EventObject = ReturnType<typeof eventObject>;

/** `port-not-declared` as Events spell reasons: `PortNotDeclared`. */
function camelCase(words: string): string {
  return words.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
