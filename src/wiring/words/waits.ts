import { readDuration, readWhole } from '../values.ts';
import type { EndpointWords } from './endpoint-words.ts';
import type { Ceilings, Meaning, Word } from './word.ts';

const MOST_RETRIES = 10;

export const WAIT_WORDS = {
  timeout: waitWord(
    'responseHeadTimeout',
    'From the end of a request to the end of the head of its response, as `RESPONSE_HEAD_TIMEOUT` says for all; then 504. What follows the head is not limited by it',
    'timeout=5s',
  ),
  idle: waitWord(
    'upstreamIdleTimeout',
    'Between two reads of a response, as `UPSTREAM_IDLE_TIMEOUT` says for all',
    'idle=5m',
  ),
  connect: waitWord(
    'connectTimeout',
    'For a connection to the pod, as `CONNECT_TIMEOUT` says for all',
    'connect=500ms',
  ),
  'tunnel-idle': waitWord(
    'tunnelIdleTimeout',
    'For a WebSocket on which neither side speaks, as `TUNNEL_IDLE_TIMEOUT` says for all',
    'tunnel-idle=10m',
  ),
  deadline: waitWord(
    'deadline',
    'From the end of a request to the head of its response, all retries together; then 504. Streams and tunnels that have begun go on',
    'deadline=20s',
  ),
  retries: {
    kind: 'tuning',
    value: `a whole number from 0 to ${MOST_RETRIES}`,
    doc: 'Other pods that are tried after the first one, as `UPSTREAM_RETRIES` says for all',
    example: 'retries=0',
    read: (value) => {
      const upstreamRetries = readWhole(value, 0, MOST_RETRIES);
      return upstreamRetries === undefined ? undefined : { endpoint: { upstreamRetries } };
    },
  },
} as const satisfies Readonly<Record<string, Word>>;

type Wait = keyof EndpointWords &
  ('responseHeadTimeout' | 'upstreamIdleTimeout' | 'connectTimeout' | 'tunnelIdleTimeout' | 'deadline');

function waitWord(field: Wait, doc: string, example: string): Word {
  return {
    kind: 'tuning',
    value: 'a time such as 500ms, 5s or 10m; 0 = as long as `MAX_ROUTE_TIMEOUT`, which nothing exceeds',
    doc,
    example,
    read: (value, ceilings) => readWait(field, value, ceilings),
  };
}

function readWait(field: Wait, value: string, { timeout }: Ceilings): Meaning | undefined {
  const time = readDuration(value);
  if (time === undefined) return undefined;
  const endpoint: EndpointWords = { [field]: time === 0 ? timeout : Math.min(time, timeout) };
  return time > timeout ? { endpoint, clamped: `${timeout / 1_000}s` } : { endpoint };
}
