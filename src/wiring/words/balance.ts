import { enumeration } from '../enumeration.ts';
import { readDuration, readWhole, within } from '../values.ts';
import { BALANCE_NAMES } from './balance-names.ts';
import type { Word } from './word.ts';

const HEAVIEST = 1_000;
const SECOND = 1_000;
/** Browsers keep no cookie for longer. */
const LONGEST_COOKIE = 400 * 24 * 3_600 * SECOND;

export const BALANCE_WORDS = {
  lb: {
    kind: 'tuning',
    value: enumeration(BALANCE_NAMES, 'or'),
    doc: 'How podway picks a pod. `least`: of two random pods, the one with fewer requests and tunnels in flight for its weight; a failed attempt counts as in flight for `CONNECT_TIMEOUT`. The newest ready pod of the route decides for all',
    example: 'lb=least',
    read: (value) => {
      const balance = BALANCE_NAMES.find((it) => it === value);
      return balance && { route: { balance } };
    },
  },
  weight: {
    kind: 'tuning',
    value: `a whole number from 1 to ${HEAVIEST}`,
    doc: 'Weight of the pod among the pods of its route; 100 by default',
    example: 'weight=10',
    read: (value) => {
      const weight = readWhole(value, 1, HEAVIEST);
      return weight === undefined ? undefined : { candidate: { weight } };
    },
  },
  'slow-start': {
    kind: 'tuning',
    value: 'a time such as 30s; at most MAX_ROUTE_TIMEOUT',
    doc: 'A pod that becomes ready gets a tenth of its weight at first, then steadily more until this time is over. It has no effect while it would apply to more than half of the ready pods',
    example: 'slow-start=30s',
    read: (value, { timeout }) => {
      const time = within(readDuration(value), 1, Number.MAX_SAFE_INTEGER);
      if (time === undefined) return undefined;
      const isOver = time > timeout;
      return {
        candidate: { slowStart: isOver ? timeout : time },
        ...(isOver && { clamped: `${timeout / 1000}s` }),
      };
    },
  },
  sticky: {
    kind: 'tuning',
    value: 'a time such as 1h, at most 400 days; without: until the browser ends',
    optional: true,
    doc: 'Clients get a cookie that keeps their requests at one pod, as long as that pod is ready and not ejected. The newest ready pod of the route decides for all',
    example: 'sticky=1h',
    read: (value) => {
      if (value === '') return { route: { sticky: 0 } };
      const time = within(readDuration(value), SECOND, LONGEST_COOKIE);
      return time === undefined ? undefined : { route: { sticky: Math.floor(time / SECOND) } };
    },
  },
  zone: {
    kind: 'tuning',
    value: 'off',
    doc: 'Pods get requests in every zone, also with `ZONE_PREFERENCE`. The newest ready pod of the route decides for all',
    example: 'zone=off',
    read: (value) => (value === 'off' ? { route: { zone: '' } } : undefined),
  },
} as const satisfies Readonly<Record<string, Word>>;
