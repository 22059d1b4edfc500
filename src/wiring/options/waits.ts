import { readDuration, readWhole } from '../values.ts';
import type { DeclaredEndpointOptions } from './endpoint-options.ts';
import type { Ceilings, Meaning, Option } from './option.ts';

const MAX_RETRIES = 10;

export const WAIT_OPTIONS = {
  timeout: waitOption(
    'responseHeadTimeout',
    'Timeout from the end of a request to the end of its response head, instead of `RESPONSE_HEAD_TIMEOUT`; then 504. It does not limit what follows the head',
    'timeout=5s',
  ),
  idle: waitOption(
    'upstreamIdleTimeout',
    'Timeout between two reads of a response, instead of `UPSTREAM_IDLE_TIMEOUT`',
    'idle=5m',
  ),
  connect: waitOption(
    'connectTimeout',
    'Timeout for connecting to the pod, instead of `CONNECT_TIMEOUT`',
    'connect=500ms',
  ),
  'tunnel-idle': waitOption(
    'tunnelIdleTimeout',
    'Timeout for a WebSocket on which neither side sends anything, instead of `TUNNEL_IDLE_TIMEOUT`',
    'tunnel-idle=10m',
  ),
  deadline: waitOption(
    'deadline',
    'Timeout from the end of a request to its response head, for all attempts together; then 504. Streams and tunnels that have started continue',
    'deadline=20s',
  ),
  retries: {
    kind: 'tuning',
    value: `a whole number from 0 to ${MAX_RETRIES}`,
    doc: 'Maximum number of other pods to try after the first one, instead of `UPSTREAM_RETRIES`',
    example: 'retries=0',
    read: (value) => {
      const upstreamRetries = readWhole(value, 0, MAX_RETRIES);
      return upstreamRetries === undefined ? undefined : { endpoint: { upstreamRetries } };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

type Wait = keyof DeclaredEndpointOptions &
  ('responseHeadTimeout' | 'upstreamIdleTimeout' | 'connectTimeout' | 'tunnelIdleTimeout' | 'deadline');

function waitOption(field: Wait, doc: string, example: string): Option {
  return {
    kind: 'tuning',
    value: 'a time such as 500ms, 5s or 10m; 0 = `MAX_ROUTE_TIMEOUT`, which is the maximum',
    doc,
    example,
    read: (value, ceilings) => readWait(field, value, ceilings),
  };
}

function readWait(field: Wait, value: string, { timeout }: Ceilings): Meaning | undefined {
  const time = readDuration(value);
  if (time === undefined) return undefined;
  const endpoint: DeclaredEndpointOptions = { [field]: time === 0 ? timeout : Math.min(time, timeout) };
  return time > timeout ? { endpoint, clamped: `${timeout / 1_000}s` } : { endpoint };
}
