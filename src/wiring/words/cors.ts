import { readDuration } from '../values.ts';
import type { Cors } from './cors-policy.ts';
import type { PodOptions } from './pod-options.ts';
import type { Conflict, Meaning, Word } from './word.ts';

const MOST = 64;
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** As browsers serialize origins: lower case, and no port that the scheme has without saying so (Fetch, RFC 6454 section 6.2). */
const ORIGIN =
  /^(https?):\/\/(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*(?::(\d{1,5}))?$/;
const LITERAL = /^https?:\/\/\[[0-9a-f:]+\](?::\d{1,5})?$/;

/** Without a word besides `cors=`. */
const NO_CORS: Cors = {
  origins: [],
  credentials: false,
  methods: 'GET, HEAD, PUT, PATCH, POST, DELETE',
  headers: '',
  expose: '',
  maxAge: 600,
};

export const CORS_WORDS = {
  cors: {
    kind: 'guard',
    value: `up to ${MOST} origins, separated by commas: https://app.example.com, https://*.example.com, null, or *`,
    doc: 'Pages of these origins may use the route (CORS, by the Fetch standard). podway answers preflights, before keys, and says in every answer, also its own, who may read it; what the pod says of it is left out',
    example: 'cors=https://app.example.com',
    read: (value, _, before) => {
      const origins = value.split(',');
      return origins.length <= MOST && origins.every(isOrigin) ? saying(before, { origins }) : undefined;
    },
  },
  'cors-credentials': {
    kind: 'guard',
    value: '',
    doc: 'With `cors=`, but not `*`: pages may send cookies and keys of the browser',
    example: 'cors-credentials',
    read: (_, _ceilings, before) => saying(before, { credentials: true }),
  },
  'cors-methods': {
    kind: 'guard',
    value: 'methods, separated by commas',
    doc: `With \`cors=\`: methods that pages may use; ${NO_CORS.methods} without it`,
    example: 'cors-methods=GET,POST',
    read: (value, _, before) => {
      const methods = tokens(value);
      return methods === undefined ? undefined : saying(before, { methods });
    },
  },
  'cors-headers': {
    kind: 'guard',
    value: 'names of fields, separated by commas',
    doc: 'With `cors=`: fields that pages may send; without it those that they ask for',
    example: 'cors-headers=Content-Type,X-Requested-With',
    read: (value, _, before) => {
      const headers = tokens(value);
      return headers === undefined ? undefined : saying(before, { headers });
    },
  },
  'cors-expose': {
    kind: 'guard',
    value: 'names of fields, separated by commas',
    doc: 'With `cors=`: fields of responses that pages may read',
    example: 'cors-expose=X-Total-Count',
    read: (value, _, before) => {
      const expose = tokens(value);
      return expose === undefined ? undefined : saying(before, { expose });
    },
  },
  'cors-max-age': {
    kind: 'guard',
    value: 'a time such as 10m',
    doc: 'With `cors=`: how long browsers remember a preflight; 10 minutes without it',
    example: 'cors-max-age=1h',
    read: (value, _, before) => {
      const time = readDuration(value);
      return time === undefined ? undefined : saying(before, { maxAge: Math.round(time / 1_000) });
    },
  },
} as const satisfies Readonly<Record<string, Word>>;

export const corsConflict: Conflict = ({ guards }) => {
  const { cors } = guards ?? {};
  if (cors === undefined) return undefined;
  if (cors.origins.length === 0) return 'cors-...= without cors=';
  // Browsers take no wildcard with credentials, and whoever reflected every origin would open the route to all pages.
  return cors.credentials && cors.origins.includes('*') ? 'cors=* with cors-credentials' : undefined;
};

function saying({ endpoint }: PodOptions, more: Partial<Cors>): Meaning {
  const cors = { ...(endpoint.cors ?? NO_CORS), ...more };
  return { guards: { cors }, endpoint: { cors } };
}

function isOrigin(text: string): boolean {
  if (text === '*' || text === 'null' || LITERAL.test(text)) return true;
  const [, scheme, port] = ORIGIN.exec(text) ?? [];
  if (scheme === undefined) return false;
  return port === undefined || (Number(port) <= 65_535 && port !== (scheme === 'https' ? '443' : '80'));
}

function tokens(value: string): string | undefined {
  const names = value.split(',');
  return names.length <= MOST && names.every((it) => TOKEN.test(it)) ? names.join(', ') : undefined;
}
