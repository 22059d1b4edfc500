import type { AuthService } from '../boundary/auth-service.ts';
import { folded } from './drop-headers.ts';
import { isReserved } from './header.ts';
import { readDuration, within } from '../wiring/values.ts';
import { whole } from './grammar.ts';
import { setting } from './setting.ts';

/** The setting for all services of `auth=`. Further variables define each service, see `readAuths`. */
export const AUTH = {
  authInFlight: setting(
    'AUTH_IN_FLIGHT',
    '1000',
    whole(1, 1_000_000),
    'Maximum number of requests that wait for a service of `auth=` (docs/options.md), divided among the workers; further ones get 503',
  ),
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /^AUTH_([A-Z][A-Z0-9_]*)_(URL|HEADERS|TIMEOUT)$/;
const MAX_HEADERS = 32;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
const MAX_SERVICES = 64;
/** Headers that podway does not copy from services: those of the content, cookies, and HTTP2-Settings. */
const OF_CONTENT = /^(?:content-.*|(?:set-)?cookie|http2-settings)$/;
const DEFAULT_TIMEOUT = 5_000;
const MAX_TIMEOUT = 60_000;

/**
 * The services that AUTH_<NAME>_URL defines, with AUTH_<NAME>_HEADERS and AUTH_<NAME>_TIMEOUT. `auth=` refers to a service by its
 * name in lower case, with `-` for `_`.
 */
export function readAuths(env: Environment): {
  readonly auths: readonly AuthService[];
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const given = Object.entries(env).flatMap(([variable, value]) => {
    const [, name = '', part = ''] = VARIABLE.exec(variable) ?? [];
    return part === '' || !value ? [] : [{ variable, name, part, value }];
  });
  const auths = [...new Set(given.map(({ name }) => name))].sort().flatMap((name) => {
    const of = (part: string) => given.find((it) => it.name === name && it.part === part)?.value;
    const report = (part: string, expected: string) =>
      problems.push(`AUTH_${name}_${part}: expected ${expected}`);
    const url = readUrl(of('URL') ?? '');
    if (url === undefined) report('URL', 'an http or https URL without a user and a fragment');
    const headers = (of('HEADERS') ?? '').split(/[\s,]+/).filter((it) => it !== '');
    const isTwice = new Set(headers.map(foldedName)).size < headers.length;
    if (!headers.every(isCopied) || isTwice || headers.length > MAX_HEADERS)
      report(
        'HEADERS',
        `up to ${MAX_HEADERS} different header names that the router does not itself use, separated by commas`,
      );
    const text = of('TIMEOUT');
    const timeout = text === undefined ? DEFAULT_TIMEOUT : within(readDuration(text), 1, MAX_TIMEOUT);
    if (timeout === undefined) report('TIMEOUT', 'a duration from 1ms to 1m');
    if (url === undefined || timeout === undefined) return [];
    return [{ name: name.toLowerCase().replaceAll('_', '-'), url, headers, timeout }];
  });
  if (copiedNames(auths).length > MAX_SERVICES)
    problems.push(`AUTH_<NAME>_HEADERS: expected up to ${MAX_SERVICES} different names in all`);
  return { auths, problems };
}

/** Folded names of the headers that pods get from services. podway removes these headers from requests of clients. */
export function copiedNames(auths: readonly AuthService[]): readonly string[] {
  return [...new Set(auths.flatMap(({ headers }) => headers.map(foldedName)))];
}

function readUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username + url.password + url.hash === '' ? url.href : undefined;
}

function isCopied(name: string): boolean {
  const lower = foldedName(name);
  return NAME.test(name) && !isReserved(lower) && !OF_CONTENT.test(lower);
}

function foldedName(name: string): string {
  return folded(name.toLowerCase());
}
