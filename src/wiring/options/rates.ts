import { readWhole } from '../values.ts';
import type { Conflict, Option } from './option.ts';

const MAX_COUNT = 10_000;
/** Maximum time that a burst takes at its rate, in microseconds: a week. */
const MAX_BURST_TIME = 7 * 86_400e6;
/** Units of time, in microseconds. */
const UNITS: Readonly<Record<string, number>> = { s: 1e6, m: 60e6, h: 3_600e6 };
const RATE_SUBJECTS = ['ip', 'key', 'route'] as const;

export const RATE_OPTIONS = {
  rate: {
    kind: 'guard',
    value: `a whole number up to ${MAX_COUNT}, and /s, /m or /h`,
    doc: 'Maximum request rate of a client; further requests immediately get 429 with `Retry-After`. The workers of a replica count together; each replica counts separately. A WebSocket counts once. If the pods of a route differ, the lowest rate applies',
    example: 'rate=20/s',
    read: (value) => {
      const [, count = '', unit = ''] = /^(\d+)\/([smh])$/.exec(value) ?? [];
      const times = readWhole(count, 1, MAX_COUNT);
      const time = UNITS[unit];
      return times === undefined || time === undefined
        ? undefined
        : { guards: { rateInterval: time / times } };
    },
  },
  burst: {
    kind: 'guard',
    value: `a whole number from 1 to ${MAX_COUNT}`,
    doc: 'With `rate=`: number of requests that a client may send in a burst; default: the requests of one second',
    example: 'burst=40',
    read: (value) => {
      const burst = readWhole(value, 1, MAX_COUNT);
      return burst === undefined ? undefined : { guards: { rateBurst: burst } };
    },
  },
  by: {
    kind: 'guard',
    value: RATE_SUBJECTS.join(', '),
    doc: 'With `rate=`: what counts as one client. `ip`: each IPv4 address and each IPv6 network of `RATE_IPV6_PREFIX` bits, before podway checks the key; `key`: each accepted API key, or each address where there is no key; `route`: all clients together',
    example: 'by=key',
    read: (value) => {
      const by = RATE_SUBJECTS.find((it) => it === value);
      return by && { guards: { rateBy: by } };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

export const rateConflict: Conflict = ({ guards }) => {
  const { rateInterval, rateBurst, rateBy } = guards ?? {};
  if (rateInterval !== undefined && rateInterval * (rateBurst ?? 1) > MAX_BURST_TIME)
    return 'a burst= that takes more than a week at this rate=';
  if (rateInterval !== undefined || (rateBurst === undefined && rateBy === undefined)) return undefined;
  return `${rateBurst === undefined ? 'by=' : 'burst='} without rate=`;
};
