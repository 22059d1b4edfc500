import { readOrigin } from '../origin.ts';
import { readDuration } from '../values.ts';
import type { Cors } from './cors-policy.ts';
import type { PodOptions } from './pod-options.ts';
import type { Conflict, Meaning, Option } from './option.ts';

const MAX_ITEMS = 64;
/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** Methods of CORS are case-sensitive (Fetch section 4.1); CONNECT, TRACE and TRACK are forbidden (section 2.2.1). */
const METHOD = /^(?!(?:CONNECT|TRACE|TRACK)$)[A-Z][A-Z-]{0,31}$/;
/** The host after `*.` has at least two labels, because the hosts below `*.com` have many owners; or it is localhost. */
const WILDCARD = /^(https?:\/\/)\*\.((?:[a-z0-9-]+\.)+[a-z0-9-]+|localhost)((?::\d+)?)$/i;

/** Defaults for the options that a pod does not declare. */
const NO_CORS: Cors = {
  origins: [],
  credentials: false,
  methods: 'GET, HEAD, PUT, PATCH, POST, DELETE',
  headers: '',
  expose: '',
  maxAge: 600,
};

export const CORS_OPTIONS = {
  cors: {
    kind: 'guard',
    value: `up to ${MAX_ITEMS} origins, separated by commas: https://app.example.com, https://*.example.com, null; or * alone`,
    doc: 'Pages of these origins may use the route (CORS, by the Fetch standard). podway answers preflight requests itself, without a key, and sets the CORS headers of every response, including its own; it removes those that the pod sends',
    example: 'cors=https://app.example.com',
    read: (value, _, before) => {
      const origins = value === '*' ? [value] : readAll(value, originOf);
      return origins && extended(before, { origins });
    },
  },
  'cors-credentials': {
    kind: 'guard',
    value: '',
    doc: 'With `cors=`, except `*` and `null`, which any page can match: pages may send cookies and other credentials of the browser',
    example: 'cors-credentials',
    read: (_, _ceilings, before) => extended(before, { credentials: true }),
  },
  'cors-methods': {
    kind: 'guard',
    value: 'methods in upper case, separated by commas',
    doc: `With \`cors=\`: methods that pages may use; default: ${NO_CORS.methods}`,
    example: 'cors-methods=GET,POST',
    read: (value, _, before) => {
      const methods = readAll(value, (it) => (METHOD.test(it) ? it : undefined));
      return methods && extended(before, { methods: methods.join(', ') });
    },
  },
  'cors-headers': {
    kind: 'guard',
    value: 'names of fields, separated by commas',
    doc: 'With `cors=`: headers that pages may send; default: those that the preflight requests',
    example: 'cors-headers=Content-Type,X-Requested-With',
    read: (value, _, before) => {
      const headers = readAll(value, nameOf);
      return headers && extended(before, { headers: headers.join(', ') });
    },
  },
  'cors-expose': {
    kind: 'guard',
    value: 'names of fields, separated by commas; or * alone, without cors-credentials',
    doc: 'With `cors=`: headers of responses that pages may read, in addition to the safelisted ones',
    example: 'cors-expose=X-Total-Count',
    read: (value, _, before) => {
      const expose = value === '*' ? [value] : readAll(value, nameOf);
      return expose && extended(before, { expose: expose.join(', ') });
    },
  },
  'cors-max-age': {
    kind: 'guard',
    value: 'a time such as 10m',
    doc: 'With `cors=`: how long browsers cache a preflight; default: 10 minutes',
    example: 'cors-max-age=1h',
    read: (value, _, before) => {
      const time = readDuration(value);
      return time === undefined ? undefined : extended(before, { maxAge: Math.round(time / 1_000) });
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

export const corsConflict: Conflict = ({ guards }) => {
  const { cors } = guards ?? {};
  if (cors === undefined) return undefined;
  if (cors.origins.length === 0) return 'cors-...= without cors=';
  if (!cors.credentials) return undefined;
  // Browsers refuse `*` with credentials, and if podway returned every origin instead, all pages could use the route with
  // the cookies of its users. Any page can have the origin `null`: it needs only a sandboxed frame.
  const all = cors.origins.find((it) => it === '*' || it === 'null');
  if (all !== undefined) return `cors=${all} with cors-credentials`;
  return cors.expose === '*' ? 'cors-expose=* with cors-credentials' : undefined;
};

function extended({ endpoint }: PodOptions, more: Partial<Cors>): Meaning {
  const cors = { ...(endpoint.cors ?? NO_CORS), ...more };
  return { guards: { cors }, endpoint: { cors } };
}

function readAll(value: string, read: (item: string) => string | undefined): readonly string[] | undefined {
  const items = value.split(',');
  const known = items.map(read).filter((it) => it !== undefined);
  return known.length < items.length || known.length > MAX_ITEMS ? undefined : known;
}

/** The origin as browsers serialize it. Its scheme may be that of an app with built-in pages: `capacitor://localhost`. */
function originOf(text: string): string | undefined {
  if (text === 'null') return text;
  const [, scheme, host = '', port = ''] = WILDCARD.exec(text) ?? [];
  if (scheme === undefined) return text.includes('*') ? undefined : readOrigin(text);
  return readOrigin(`${scheme}${host}${port}`)?.replace('://', '://*.');
}

function nameOf(text: string): string | undefined {
  return TOKEN.test(text) && text !== '*' ? text : undefined;
}
