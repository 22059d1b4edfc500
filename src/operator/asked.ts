import type { Question } from './operator-answers.ts';

/** A question to the operator listener, for an audit log. It holds no field of the request, and no query but what is asked about. */
export interface Asked {
  /** `began`: an event stream, of which `ended` is told later. All else is told once, as `answered`. */
  readonly stage: 'answered' | 'began' | 'ended';
  /** Address of who asked; empty when the connection had gone. */
  readonly peer: string;
  readonly method: string;
  /** Of a page or file that there is; empty for any other. */
  readonly path: string;
  /** What was asked about, by name: each at most 256 characters, and of a path no query. Hostile text, as all here. */
  readonly about: Readonly<Record<string, string>>;
  /** 0: who asked had gone before there was an answer. */
  readonly status: number;
  /** Milliseconds since the question came. */
  readonly duration: number;
}

const LONGEST = 256;
/** Parameters that name something, and are no secrets. */
const NAMING = ['host', 'path', 'method', 'peer', 'tls', 'at', 'id', 'since', 'status', 'reason', 'limit'];

/** What of a query may be written down. */
export function aboutOf({ query }: Question): Asked['about'] {
  const about: Record<string, string> = {};
  for (const name of NAMING) {
    const value = query.get(name);
    if (value !== null) about[name] = withoutQuery(value).slice(0, LONGEST);
  }
  return about;
}

function withoutQuery(value: string): string {
  return value.replace(/[?#].*$/s, '');
}
