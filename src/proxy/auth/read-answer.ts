import type { AuthAnswer } from '../exchange/auth-services.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const BAD: AuthAnswer = { kind: 'unavailable', reason: 'auth-bad-answer' };

/** Statuses that are passed on: they say what the client has to do. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const REFUSALS = new Set([401, 403]);
const PASSED_ON = ['Location', 'WWW-Authenticate', 'Set-Cookie', 'Cache-Control'];

/** Some of these caches would keep for the next client, who may have logged in meanwhile. */
const UNCACHED = 'Cache-Control: no-store\r\n';

/**
 * What the answer of a service means.
 *
 * @param headers by names in lower case, values as latin1
 * @param copied names of fields that pods get
 */
export function readAnswer(status: number, headers: Headers, copied: readonly string[]): AuthAnswer {
  if (status >= 200 && status < 300) {
    const fields = copiedLines(headers, copied);
    const cookies = linesOf(headers, ['Set-Cookie']);
    return fields === undefined || cookies === undefined ? BAD : { kind: 'let', fields, cookies };
  }
  const leads = REDIRECTS.has(status) && typeof headers['location'] === 'string';
  if (!leads && !REFUSALS.has(status)) return BAD;
  const fields = linesOf(headers, PASSED_ON);
  if (fields === undefined) return BAD;
  const isDeclared = headers['cache-control'] !== undefined;
  return { kind: 'refused', status, fields: isDeclared ? fields : fields + UNCACHED };
}

/** One line of each, so that no pod takes another value than the next. */
function copiedLines(headers: Headers, names: readonly string[]): string | undefined {
  const joined = names.map((name) => {
    const values = headers[name.toLowerCase()];
    return [name.toLowerCase(), typeof values === 'string' ? values : values?.join(', ')] as const;
  });
  return linesOf(Object.fromEntries(joined), names);
}

/** Field lines, each with its CRLF; undefined: a value that no field can have. */
function linesOf(headers: Headers, names: readonly string[]): string | undefined {
  let lines = '';
  for (const name of names) {
    const values = headers[name.toLowerCase()] ?? [];
    for (const value of typeof values === 'string' ? [values] : values) {
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return undefined;
      lines += `${name}: ${value}\r\n`;
    }
  }
  return lines;
}
