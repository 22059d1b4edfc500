import { readOrigin } from '../origin.ts';
import { readDuration } from '../values.ts';
import type { Cors } from './cors-policy.ts';
import type { PodOptions } from './pod-options.ts';
import type { Conflict, Meaning, Word } from './word.ts';

const MOST = 64;
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** Fetch section 4.1 compares methods as they are spelled, and section 2.2.1 forbids some. */
const METHOD = /^(?!(?:CONNECT|TRACE|TRACK)$)[A-Z][A-Z-]{0,31}$/;
/** A host of two labels at least, below which others are meant: `*.com` has too many owners. */
const WILDCARD = /^(https?:\/\/)\*\.((?:[a-z0-9-]+\.)+[a-z0-9-]+|localhost)((?::\d+)?)$/i;

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
    value: `up to ${MOST} origins, separated by commas: https://app.example.com, https://*.example.com, null; or * alone`,
    doc: 'Pages of these origins may use the route (CORS, by the Fetch standard). podway answers preflight requests itself, without a key, and sets the CORS headers of every response, including its own; it removes those that the pod sends',
    example: 'cors=https://app.example.com',
    read: (value, _, before) => {
      const origins = value === '*' ? [value] : readAll(value, originOf);
      return origins && saying(before, { origins });
    },
  },
  'cors-credentials': {
    kind: 'guard',
    value: '',
    doc: 'With `cors=`, except `*` and `null`, which any page can match: pages may send cookies and other credentials of the browser',
    example: 'cors-credentials',
    read: (_, _ceilings, before) => saying(before, { credentials: true }),
  },
  'cors-methods': {
    kind: 'guard',
    value: 'methods in upper case, separated by commas',
    doc: `With \`cors=\`: methods that pages may use; default: ${NO_CORS.methods}`,
    example: 'cors-methods=GET,POST',
    read: (value, _, before) => {
      const methods = readAll(value, (it) => (METHOD.test(it) ? it : undefined));
      return methods && saying(before, { methods: methods.join(', ') });
    },
  },
  'cors-headers': {
    kind: 'guard',
    value: 'names of fields, separated by commas',
    doc: 'With `cors=`: headers that pages may send; default: those that the preflight requests',
    example: 'cors-headers=Content-Type,X-Requested-With',
    read: (value, _, before) => {
      const headers = readAll(value, nameOf);
      return headers && saying(before, { headers: headers.join(', ') });
    },
  },
  'cors-expose': {
    kind: 'guard',
    value: 'names of fields, separated by commas; or * alone, without cors-credentials',
    doc: 'With `cors=`: headers of responses that pages may read, in addition to the safelisted ones',
    example: 'cors-expose=X-Total-Count',
    read: (value, _, before) => {
      const expose = value === '*' ? [value] : readAll(value, nameOf);
      return expose && saying(before, { expose: expose.join(', ') });
    },
  },
  'cors-max-age': {
    kind: 'guard',
    value: 'a time such as 10m',
    doc: 'With `cors=`: how long browsers cache a preflight; default: 10 minutes',
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
  if (!cors.credentials) return undefined;
  // Browsers take no wildcard with credentials, and reflecting every origin would open the route to all pages. A frame in
  // a sandbox makes any page `null`.
  const all = cors.origins.find((it) => it === '*' || it === 'null');
  if (all !== undefined) return `cors=${all} with cors-credentials`;
  return cors.expose === '*' ? 'cors-expose=* with cors-credentials' : undefined;
};

function saying({ endpoint }: PodOptions, more: Partial<Cors>): Meaning {
  const cors = { ...(endpoint.cors ?? NO_CORS), ...more };
  return { guards: { cors }, endpoint: { cors } };
}

function readAll(value: string, read: (item: string) => string | undefined): readonly string[] | undefined {
  const items = value.split(',');
  const known = items.map(read).filter((it) => it !== undefined);
  return known.length < items.length || known.length > MOST ? undefined : known;
}

/** As browsers serialize it; programs with pages of their own have other schemes, as `capacitor://localhost`. */
function originOf(text: string): string | undefined {
  if (text === 'null') return text;
  const [, scheme, host = '', port = ''] = WILDCARD.exec(text) ?? [];
  if (scheme === undefined) return text.includes('*') ? undefined : readOrigin(text);
  return readOrigin(`${scheme}${host}${port}`)?.replace('://', '://*.');
}

function nameOf(text: string): string | undefined {
  return TOKEN.test(text) && text !== '*' ? text : undefined;
}
