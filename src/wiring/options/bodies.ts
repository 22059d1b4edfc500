import { readSize } from '../values.ts';
import type { Option } from './option.ts';

export const BODY_OPTIONS = {
  collect: {
    kind: 'tuning',
    value: 'a size such as 64k; 0 = none',
    doc: 'podway collects request bodies up to this size before it sends them to a pod; overrides `COLLECT_REQUEST`, at most `MAX_ROUTE_BUFFER`',
    example: 'collect=64k',
    read: (value, { buffer }) => {
      const size = readSize(value);
      return size === undefined
        ? undefined
        : { route: { collectRequest: Math.min(size, buffer) }, ...cut(size, buffer) };
    },
  },
  buffer: {
    kind: 'tuning',
    value: 'a size such as 256k; 0 = responses are not buffered',
    doc: 'Maximum memory for buffering one response for a slow client; overrides `PROXY_BUFFER_SIZE`, at most `MAX_ROUTE_BUFFER`',
    example: 'buffer=1m',
    read: (value, { buffer }) => {
      const size = readSize(value);
      return size === undefined
        ? undefined
        : { endpoint: { proxyBufferSize: Math.min(size, buffer) }, ...cut(size, buffer) };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

function cut(size: number, max: number): { readonly clamped?: string } {
  return size > max ? { clamped: `${max} bytes` } : {};
}
