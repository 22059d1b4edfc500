import type { Insight } from '../../control/overview.ts';
import type { Reason } from '../../boundary/reasons.ts';
import type { LimitRow, Rows } from './state.ts';

type Limit = LimitRow['limit'];

/** Maximum of each limit; Infinity: only the system limits it. */
export type Limits = Readonly<Record<Limit, number>>;

/** Memory of the process in bytes, and its open descriptors; undefined: unknown. */
export interface Held {
  readonly memory: number;
  readonly descriptors: number | undefined;
}

/** Fraction of a limit above which the dashboard shows it. */
const NEARLY = 0.9;
const WINDOW = 900_000;
const SETTINGS: Readonly<Record<Limit, string>> = {
  descriptors: '',
  connections: 'MAX_CONNECTIONS',
  'in-flight': 'MAX_IN_FLIGHT',
  memory: '',
};
const REFUSED_FOR: Readonly<Record<'connections' | 'in-flight' | 'memory', readonly Reason[]>> = {
  connections: ['overload-connections', 'overload-client-connections'],
  'in-flight': ['overload-in-flight', 'overload-client'],
  memory: ['overload-heap', 'overload-memory'],
};

/** Limits that are reached or nearly reached, or for which podway refused clients in the last quarter of an hour. */
export function limitRows({ recent: { totals } }: Insight, limits: Limits, held: Held): Rows<LimitRow> {
  const { shed, reasons } = totals.latest(WINDOW);
  const refusedFor = (limit: keyof typeof REFUSED_FOR) =>
    REFUSED_FOR[limit].reduce((sum, reason) => sum + (reasons.get(reason) ?? 0), 0);
  const shortages = (totals.steps.at(-1)?.shortages ?? 0) - (totals.steps[0]?.shortages ?? 0);
  // As podway counts them in MAX_CONNECTIONS.
  const connections = totals.gauge('downstream_connections') + totals.gauge('http2_websockets');
  const all: readonly [Limit, used: number, refused: number][] = [
    ['descriptors', held.descriptors ?? 0, shortages],
    ['connections', connections, shed + refusedFor('connections')],
    ['in-flight', totals.gauge('exchanges_in_flight'), refusedFor('in-flight')],
    ['memory', held.memory, refusedFor('memory')],
  ];
  const rows = all
    .filter(([limit, used, refused]) => refused > 0 || used >= limits[limit] * NEARLY)
    .map(([limit, used, refused]) => {
      const most = Number.isFinite(limits[limit]) ? limits[limit] : null;
      return { limit, used, most, setting: SETTINGS[limit], refused };
    });
  return { total: rows.length, rows };
}
