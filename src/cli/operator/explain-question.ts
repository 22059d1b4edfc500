import { isIP } from 'node:net';
import { type RequestUrl, readRequestUrl } from './asked-url.ts';
import type { OwnFlags, Problem, ReadArguments } from './operator-arguments.ts';

/** What `podway explain` is asked: about a request, or about an answer that was given. */
export type ExplainQuestion = RequestQuestion | { readonly kind: 'answer'; readonly id: string };

export interface RequestQuestion {
  readonly kind: 'request';
  readonly url: RequestUrl;
  readonly method: string;
  /** Field lines, and @FILE for more of them. */
  readonly headers: readonly string[];
  /** With the key; - is stdin. */
  readonly keyFile: string | undefined;
  readonly keyHeader: string;
  readonly peer: string | undefined;
  readonly at: string | undefined;
}

export const EXPLAIN_FLAGS = {
  id: { type: 'string' },
  method: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  'key-file': { type: 'string' },
  'key-header': { type: 'string' },
  peer: { type: 'string' },
  at: { type: 'string' },
} as const;

const TOKEN = /^[!#$%&'*+\-.^_`|~\w]+$/;
/** As in the settings (API_KEY_HEADER). */
export const KEY_HEADER = 'X-Routing-Api-Key';

/** Names of fields that identify a user. */
const SENSITIVE = /auth|cookie|token|secret|session|key|password|credential/i;

/** Reads what stands behind `podway explain`. */
export function readExplainQuestion({ flags, positionals }: ReadArguments): ExplainQuestion | Problem {
  const [text, ...more] = positionals;
  const id = one(flags, 'id');
  if (id !== undefined) return readId(id, flags, text);
  if (text === undefined || more.length > 0) return { problem: 'expected one URL, or --id' };
  const url = readRequestUrl(text);
  if ('problem' in url) return url;
  const headers = flags.get('header') ?? [];
  const keyHeader = one(flags, 'key-header') ?? KEY_HEADER;
  const [method, peer, at] = [one(flags, 'method') ?? 'GET', one(flags, 'peer'), one(flags, 'at')];
  if (!TOKEN.test(keyHeader)) return { problem: 'expected the name of a field for --key-header' };
  if (!TOKEN.test(method)) return { problem: 'expected a method such as POST for -X' };
  if (peer !== undefined && isIP(peer) === 0) return { problem: 'expected an IP address for --peer' };
  if (at !== undefined && !/^\d{1,15}$/.test(at)) return { problem: 'expected a revision for --at' };
  for (const header of headers) {
    const problem = header.startsWith('@') ? undefined : headerProblem(header, keyHeader);
    if (problem !== undefined) return { problem };
  }
  const stdin = [...headers, `@${one(flags, 'key-file') ?? ''}`].filter((it) => it === '@-');
  if (stdin.length > 1) return { problem: 'stdin can be read once' };
  const keyFile = one(flags, 'key-file');
  return { kind: 'request', url, method, headers, keyFile, keyHeader, peer, at };
}

/** It contains more than one may send to any pod that claims to be a router. */
export function tellsSecrets(question: ExplainQuestion): boolean {
  if (question.kind === 'answer') return false;
  const { keyFile, headers } = question;
  return (
    keyFile !== undefined ||
    headers.some((it) => it.startsWith('@') || SENSITIVE.test(it.split(':', 1)[0] ?? ''))
  );
}

/** What is wrong with a field line; nothing of its value is in it. */
export function headerProblem(line: string, keyHeader: string): string | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  if (!TOKEN.test(name)) return "expected 'Name: value' or @FILE for -H";
  if (/[\0\r\n\u0100-\uffff]/.test(line)) return `expected characters of Latin-1 in the field ${name}`;
  if (name.toLowerCase() === 'host') return 'expected the host in the URL, not as a field';
  if (sameField(name, keyHeader)) return `expected the key in a file (--key-file), not as the field ${name}`;
  return undefined;
}

/** As API_KEY_HEADER is read: everything but letters and digits counts as `-`. */
function sameField(one: string, other: string): boolean {
  const [a, b] = [one, other].map((it) => it.toLowerCase().replaceAll(/[^a-z0-9]/g, '-'));
  return a === b;
}

function readId(id: string, flags: OwnFlags, text: string | undefined): ExplainQuestion | Problem {
  if (text !== undefined || flags.size > 1) return { problem: 'expected --id alone, or a URL' };
  if (!/^[\x21-\x7e]{1,256}$/.test(id))
    return { problem: 'expected the id of a request (X-Request-Id) for --id' };
  return { kind: 'answer', id };
}

/** The last one counts, as with curl. */
function one(flags: OwnFlags, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}
