import { isIP } from 'node:net';
import { type RequestUrl, readRequestUrl } from './request-url.ts';
import type { OwnFlags, Problem, ReadArguments } from './operator-arguments.ts';

/** The question of `podway explain`: about a request, or about a past answer. */
export type ExplainQuestion = RequestQuestion | { readonly kind: 'answer'; readonly id: string };

export interface RequestQuestion {
  readonly kind: 'request';
  readonly url: RequestUrl;
  readonly method: string;
  /** Header lines `NAME: VALUE`; @FILE: those of a file. */
  readonly headers: readonly string[];
  /** The file with the key; - is stdin. */
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
/** Default of API_KEY_HEADER. */
export const KEY_HEADER = 'X-Routing-Api-Key';

/** Names of header fields that may identify a user. */
const SENSITIVE = /auth|cookie|token|secret|session|key|password|credential/i;

/** Reads the arguments of `podway explain`. */
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

/** Whether the question has secrets, which podway must not send to any pod that has a router's labels. */
export function containsSecrets(question: ExplainQuestion): boolean {
  if (question.kind === 'answer') return false;
  const { keyFile, headers } = question;
  return (
    keyFile !== undefined ||
    headers.some((it) => it.startsWith('@') || SENSITIVE.test(it.split(':', 1)[0] ?? ''))
  );
}

/** What is wrong with a header line. The message has no part of the value. */
export function headerProblem(line: string, keyHeader: string): string | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  if (!TOKEN.test(name)) return "expected 'Name: value' or @FILE for -H";
  if (/[\0\r\n\u0100-\uffff]/.test(line)) return `expected characters of Latin-1 in the field ${name}`;
  if (name.toLowerCase() === 'host') return 'expected the host in the URL, not as a field';
  if (sameField(name, keyHeader)) return `expected the key in a file (--key-file), not as the field ${name}`;
  return undefined;
}

/** Compares names as the router does for API_KEY_HEADER: characters other than letters and digits are equal to `-`. */
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

/** The last value of a flag, as with curl. */
function one(flags: OwnFlags, name: string): string | undefined {
  return flags.get(name)?.at(-1);
}
