import type { EndpointReport } from '../../boundary/figures.ts';
import type { Insight } from '../../control/overview.ts';
import { compareText } from '../../wiring/order.ts';
import { REJECTIONS, type Rejection } from '../../wiring/rejection.ts';
import { truncate } from './truncate.ts';
import { addressOf, addUp } from './endpoint-sums.ts';
import { TopItems } from './top-items.ts';
import { MAX_ROWS } from './row-limits.ts';
import type { EjectedRow, FailingRow, KeysRow, RejectionRow, Rows } from './state.ts';

/** Minutes in which 5xx responses of a route are counted. */
const MINUTES = 15;
/** Minutes for the figures of `recent`. */
const RECENT_MINUTES = 2;

/** Ejected pods. @param time of the reports, in milliseconds since 1970 */
export function ejectedRows(reports: readonly EndpointReport[], time: number): Rows<EjectedRow> {
  const first = new TopItems<EjectedRow>(MAX_ROWS, compareNames);
  for (const { name, failures, ejected } of addUp(reports, time).values()) {
    const { namespace, pod, id } = name;
    if (ejected !== null) first.add({ namespace, pod, address: addressOf(id), failures, ...ejected });
  }
  return first.rows((it) => it);
}

/** Routes that answered 5xx, those with the most recent failures first. @param now milliseconds of performance.now() */
export function failingRows({ recent: { routes } }: Insight, now: number): Rows<FailingRow> {
  const first = new TopItems<FailingRow>(
    MAX_ROWS,
    (a, b) =>
      b.recent.serverErrors - a.recent.serverErrors ||
      b.serverErrors - a.serverErrors ||
      compareText(a.host, b.host) ||
      compareText(a.path, b.path),
  );
  for (const { host, path } of routes.faulty()) {
    const { requests, serverErrors } = routes.sum({ host, path }, MINUTES, now);
    if (serverErrors === 0) continue;
    const recent = routes.sum({ host, path }, RECENT_MINUTES, now);
    first.add({
      host,
      path,
      requests,
      serverErrors,
      recent: { requests: recent.requests, serverErrors: recent.serverErrors },
    });
  }
  return first.rows((it) => it);
}

export function rejectionRows(rejections: readonly Rejection[]): Rows<RejectionRow> {
  const first = new TopItems<Rejection>(
    MAX_ROWS,
    (a, b) => compareText(a.object.kind, b.object.kind) || compareNamed(a.object, b.object),
  );
  for (const rejection of rejections) first.add(rejection);
  return first.rows(({ object: { kind, namespace, name }, reason, detail }) => {
    return { kind, namespace, name, reason, detail: truncate(detail), expected: REJECTIONS[reason] };
  });
}

/** Namespaces without a usable key, with a deleted Secret, or of which podway does not know whether they have a key. */
export function keyRows({ keys }: Insight['inventory']): Rows<KeysRow> {
  const first = new TopItems<KeysRow>(
    MAX_ROWS,
    (a, b) => compareText(a.state, b.state) || compareText(a.namespace, b.namespace),
  );
  for (const { namespace, digests } of keys.whole().keys)
    if (digests.length === 0) first.add({ namespace, state: 'denies-all' });
  for (const namespace of keys.unknown) first.add({ namespace, state: 'unknown' });
  for (const namespace of keys.deleted.keys()) first.add({ namespace, state: 'deleted' });
  return first.rows((it) => it);
}

function compareNames(a: EjectedRow, b: EjectedRow): number {
  return (
    compareText(a.namespace, b.namespace) || compareText(a.pod, b.pod) || compareText(a.address, b.address)
  );
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

function compareNamed(a: Named, b: Named): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}
