import { parseHost } from '../host.ts';
import { parsePathPrefix } from '../path.ts';
import type { Redirect } from './guard-options.ts';
import type { Conflict, Option } from './option.ts';

/** Statuses that redirect to one location (RFC 9110 section 15.4). */
const STATUSES = ['301', '302', '303', '307', '308'];
const DEFAULT_STATUS = '302';
const MAX_URL_LENGTH = 2_048;

export const REDIRECT_OPTIONS = {
  https: {
    kind: 'guard',
    value: '',
    doc: "podway redirects requests without TLS to `https://` with 308, except those for `/.well-known/acme-challenge/`. Requires `TLS_PORT`, or `TRUSTED_PROXIES` that report the client's scheme",
    example: 'https',
    read: (_, { knowsHttps }) =>
      knowsHttps ? { guards: { https: true } } : { rejected: 'https-unknowable' },
  },
  redirect: {
    kind: 'guard',
    value: `[${STATUSES.join('|')}:] an http or https URL, or a path; ! at the end`,
    doc: `podway redirects clients to this URL or path without asking a pod, with ${DEFAULT_STATUS} by default. It appends the rest of the path and the query, unless the value ends with \`!\``,
    example: 'redirect=308:https://www.example.com/',
    read: (value) => {
      const redirect = readRedirect(value);
      return redirect && { guards: { redirect } };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

export const redirectConflict: Conflict = ({ guards }) =>
  guards?.redirect !== undefined && guards.prefix !== undefined
    ? 'redirect= with strip or replace='
    : undefined;

function readRedirect(value: string): Redirect | undefined {
  const [, status = DEFAULT_STATUS, text = '', end = ''] = /^(?:(\d{3}):)?(.*?)(!?)$/.exec(value) ?? [];
  if (!STATUSES.includes(status) || text.length > MAX_URL_LENGTH || !/^[\x21-\x7e]+$/.test(text))
    return undefined;
  const isWhole = end === '!';
  const [, scheme = '', authority = '', rest = ''] = /^(?:(https?):\/\/([^/?#]*))?(.*)$/.exec(text) ?? [];
  if (scheme === '' ? !rest.startsWith('/') : hostOf(authority) === undefined) return undefined;
  const [path, after] = splitPath(rest);
  // The rest of the request's path would be appended to the query or fragment.
  if (!isWhole && after !== '') return undefined;
  const parsed = parsePathPrefix(path === '' ? '/' : path);
  if (!('path' in parsed) || /["<>\\^`{|}]/.test(after)) return undefined;
  const origin = scheme === '' ? '' : `${scheme}://${authority.toLowerCase()}`;
  return { status: Number(status), origin, path, after, isWhole };
}

function splitPath(rest: string): [string, string] {
  const at = rest.search(/[?#]/);
  return at < 0 ? [rest, ''] : [rest.slice(0, at), rest.slice(at)];
}

/** The host of an authority `HOST` or `HOST:PORT`; undefined: malformed, or with user information or a wildcard. */
export function hostOf(authority: string): string | undefined {
  const [, name = '', port = '0'] = /^(.*?)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const parsed = parseHost(name);
  if (!('host' in parsed) || parsed.host.startsWith('*') || Number(port) > 65_535) return undefined;
  return parsed.host;
}
