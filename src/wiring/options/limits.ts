import { readSize, readWhole } from '../values.ts';
import type { Option } from './option.ts';

/** A subset of the tokens of RFC 9110 section 9.1. podway answers CONNECT and TRACE with 405, so no option can allow them. */
const METHOD = /^[A-Z][A-Z-]{0,31}$/;
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE']);

export const LIMIT_OPTIONS = {
  methods: {
    kind: 'guard',
    value: 'methods in upper case, separated by commas',
    doc: 'Other methods get 405 with `Allow`; GET also allows HEAD',
    example: 'methods=GET,POST',
    read: (value) => {
      const named = value.split(',');
      if (!named.every((it) => METHOD.test(it) && !FORBIDDEN_METHODS.has(it))) return undefined;
      const methods = new Set(named.flatMap((it) => (it === 'GET' ? ['GET', 'HEAD'] : [it])));
      return { guards: { methods: [...methods].sort() } };
    },
  },
  'max-body': {
    kind: 'guard',
    value: 'a size such as 10m',
    doc: 'Maximum size of a request body; larger requests get 413; never more than `CLIENT_MAX_BODY_SIZE`',
    example: 'max-body=10m',
    read: (value, { body }) => {
      const size = readSize(value);
      if (size === undefined || size === 0) return undefined;
      const isOver = body > 0 && size > body;
      return { guards: { maxBody: isOver ? body : size }, ...(isOver && { clamped: `${body} bytes` }) };
    },
  },
  'max-in-flight': {
    kind: 'guard',
    value: 'a whole number from 1 to 1000000',
    doc: 'Maximum number of concurrent requests and WebSockets of the pod, divided among the workers of each replica. podway sends further ones to other pods of the route; when all pods have reached their maximum, the client gets 503 with `Retry-After`',
    example: 'max-in-flight=100',
    read: (value) => {
      const maxInFlight = readWhole(value, 1, 1_000_000);
      return maxInFlight === undefined ? undefined : { endpoint: { maxInFlight } };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;
