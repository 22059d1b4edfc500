import type { AuthAnswer } from '../exchange/auth-services.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

const BAD_ANSWER: AuthAnswer = { kind: 'unavailable', reason: 'auth-bad-answer' };

/** Statuses of answers that podway passes on to the client, since they describe what the client must do. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const REFUSALS = new Set([401, 403]);
const FORWARDED_FIELDS = ['Location', 'WWW-Authenticate', 'Set-Cookie', 'Cache-Control'];

/** Caches store some of these answers, and could use them after the client has logged in. */
const NO_STORE = 'Cache-Control: no-store\r\n';

/**
 * Converts the answer of a service. Any status except 2xx, 401, 403 and a redirect with Location is `auth-bad-answer`.
 *
 * @param headers by names in lower case, values as latin1
 * @param copied names of the fields that podway copies to the request for the pod
 */
export function readAnswer(status: number, headers: Headers, copied: readonly string[]): AuthAnswer {
  if (status >= 200 && status < 300) {
    const fields = copiedLines(headers, copied);
    const cookies = linesOf(headers, ['Set-Cookie']);
    return fields === undefined || cookies === undefined ? BAD_ANSWER : { kind: 'let', fields, cookies };
  }
  const leads = REDIRECTS.has(status) && typeof headers['location'] === 'string';
  if (!leads && !REFUSALS.has(status)) return BAD_ANSWER;
  const fields = linesOf(headers, FORWARDED_FIELDS);
  if (fields === undefined) return BAD_ANSWER;
  const isDeclared = headers['cache-control'] !== undefined;
  return { kind: 'refused', status, fields: isDeclared ? fields : fields + NO_STORE };
}

/** Joins the values of each field into one line, so that all pods read the same value. */
function copiedLines(headers: Headers, names: readonly string[]): string | undefined {
  const joined = names.map((name) => {
    const values = headers[name.toLowerCase()];
    return [name.toLowerCase(), typeof values === 'string' ? values : values?.join(', ')] as const;
  });
  return linesOf(Object.fromEntries(joined), names);
}

/**
 * Returns field lines, each with its CRLF, or undefined if a value contains a character that no field value may
 * contain.
 */
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
