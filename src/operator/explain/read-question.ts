import { isIP } from 'node:net';
import type { ExplainQuestion } from '../../boundary/explanation.ts';
import type { Question } from '../operator-answers.ts';

/** The default address of the client: one that is reserved for documentation (RFC 5737), so no client has it. */
const STRANGER = '192.0.2.1';
const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;
/** Characters that no field value may have, and characters outside Latin-1. */
const UNSENDABLE = /[\0\r\n\u0100-\uffff]/;

export type ReadQuestion = { readonly request: ExplainQuestion } | { readonly problem: string };

/**
 * The request that a question describes. A key is sent in a header of the question, not in its URL, because browsers and proxies
 * keep URLs in histories and logs.
 *
 * @param apiKeyHeader in lower case
 */
export function readQuestion({ query, headers }: Question, apiKeyHeader: string): ReadQuestion {
  const host = query.get('host') ?? '';
  const target = query.get('path') ?? '/';
  const method = query.get('method') ?? 'GET';
  const peer = query.get('peer') ?? STRANGER;
  if (host === '') return { problem: 'expected host=HOST' };
  if (UNSENDABLE.test(host) || /\s/.test(host)) return { problem: 'host: expected one host, as in Host' };
  if (!target.startsWith('/') && target !== '*') return { problem: 'path: expected / and what follows it' };
  if (UNSENDABLE.test(target) || /\s/.test(target))
    return { problem: 'path: expected it as in a request line' };
  if (!TOKEN.test(method)) return { problem: 'method: expected a method such as GET' };
  if (isIP(peer) === 0) return { problem: 'peer: expected an IP address' };
  const fields: [string, string][] = [];
  for (const line of query.getAll('header')) {
    const field = readField(line);
    if (field === undefined) return { problem: 'header: expected Name: value' };
    const name = field[0].toLowerCase();
    if (name === 'host') return { problem: 'header: expected no Host besides host=' };
    if (name === apiKeyHeader)
      return { problem: `header: expected the key as the field ${field[0]} of this request, not in its URL` };
    fields.push(field);
  }
  const keys = (headers[apiKeyHeader] ?? []).map((value): [string, string] => [apiKeyHeader, value]);
  const secure = query.get('tls') === 'true';
  return { request: { method, target, host, fields: [...fields, ...keys], peer, secure } };
}

function readField(line: string): [string, string] | undefined {
  const colon = line.indexOf(':');
  const [name, value] = [line.slice(0, Math.max(0, colon)), line.slice(colon + 1).trim()];
  return TOKEN.test(name) && !UNSENDABLE.test(value) ? [name, value] : undefined;
}
