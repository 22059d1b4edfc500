import { enumeration } from '../enumeration.ts';
import { readDuration, readWhole, within } from '../values.ts';
import { BALANCE_NAMES } from './balance-names.ts';
import type { Option } from './option.ts';

const MAX_WEIGHT = 1_000;
const SECOND = 1_000;
/** Maximum lifetime of a cookie in browsers, in milliseconds. */
const MAX_COOKIE_AGE = 400 * 24 * 3_600 * SECOND;

export const BALANCE_OPTIONS = {
  lb: {
    kind: 'tuning',
    value: enumeration(BALANCE_NAMES, 'or'),
    doc: 'How podway picks a pod. `round-robin`: in turn. `least`: of two random pods, the one with fewer requests and tunnels in flight relative to its weight; a failed attempt counts as in flight for `CONNECT_TIMEOUT`. The option of the newest ready pod applies to the whole route',
    example: 'lb=least',
    read: (value) => {
      const balance = BALANCE_NAMES.find((it) => it === value);
      return balance && { route: { balance } };
    },
  },
  weight: {
    kind: 'tuning',
    value: `a whole number from 1 to ${MAX_WEIGHT}`,
    doc: 'Weight of the pod relative to the other pods of its route; 100 by default',
    example: 'weight=10',
    read: (value) => {
      const weight = readWhole(value, 1, MAX_WEIGHT);
      return weight === undefined ? undefined : { candidate: { weight } };
    },
  },
  'slow-start': {
    kind: 'tuning',
    value: 'a time such as 30s; at most MAX_ROUTE_TIMEOUT',
    doc: 'A pod that becomes ready starts with a tenth of its weight, which rises to the full weight during this time. It has no effect while it would apply to more than half of the ready pods',
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
    value: 'a time such as 1h, at most 400 days; without a time: until the browser is closed',
    optional: true,
    doc: 'Clients get a cookie with which podway sends their requests to the same pod, as long as that pod is ready and not ejected. The option of the newest ready pod applies to the whole route',
    example: 'sticky=1h',
    read: (value) => {
      if (value === '') return { route: { sticky: 0 } };
      const time = within(readDuration(value), SECOND, MAX_COOKIE_AGE);
      return time === undefined ? undefined : { route: { sticky: Math.floor(time / SECOND) } };
    },
  },
  zone: {
    kind: 'tuning',
    value: 'off',
    doc: 'podway does not prefer its own zone for this route, even with `ZONE_PREFERENCE`. The option of the newest ready pod applies to the whole route',
    example: 'zone=off',
    read: (value) => (value === 'off' ? { route: { zone: '' } } : undefined),
  },
} as const satisfies Readonly<Record<string, Option>>;
