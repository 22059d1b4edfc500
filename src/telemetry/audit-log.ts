import { quote } from './quote.ts';
import { SmallFamilies } from './small-families.ts';

/**
 * Lines per second on average, and lines at once. Lines about terminals, which have their own limits, are always
 * written.
 */
const RATE = 100;
const BURST = 500;
/** Maximum length of a text, in characters. */
const MAX_TEXT_LENGTH = 1_024;

type Value = string | number | boolean | readonly string[] | Readonly<Record<string, string>> | undefined;

/** The fields of one event, in this order; undefined ones are left out. Every text may be hostile. */
export type AuditFields = Readonly<Record<string, Value>>;

/**
 * A question to a listener that describes the cluster. It contains no field of the request, and no part of the query
 * except what the question is about.
 */
export interface AuditedQuestion {
  /** `began`: an event stream, whose `ended` is reported later. Any other question is reported once, as `answered`. */
  readonly stage: 'answered' | 'began' | 'ended';
  /** Address of the client; empty if it had already disconnected. */
  readonly peer: string;
  readonly method: string;
  /** The path of a page or file that exists; empty for any other. */
  readonly path: string;
  /** What the question was about, by name. Never a secret, but possibly hostile, as all texts here. */
  readonly about: Readonly<Record<string, string>>;
  /** 0 if the client had disconnected before there was an answer. */
  readonly status: number;
  /** Milliseconds since the question came. */
  readonly duration: number;
}

export interface AuditOutput {
  /** Returns false if there was no room for the line, which is then lost. */
  readonly write: (line: string) => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Who looked at the cluster, and who entered a pod: one JSON object per line, in ASCII. Lost lines are counted, and the
 * next line reports their number.
 */
export class AuditLog {
  readonly #output: AuditOutput;
  #tokens = BURST;
  #filled: number;
  #lost = 0;
  #lostInAll = 0;

  constructor(output: AuditOutput) {
    this.#output = output;
    this.#filled = output.now();
  }

  question(listener: 'admin' | 'operator', { peer, duration, stage, ...asked }: AuditedQuestion): void {
    const { method, path, about, status } = asked;
    this.#bounded('question', {
      stage,
      listener,
      client: peer,
      method,
      path,
      about,
      status,
      duration: duration / 1_000,
    });
  }

  /** A terminal begins, ends, or is no longer recorded. */
  terminal(stage: string, fields: AuditFields): void {
    this.#write('terminal', { stage, ...fields });
  }

  /** podway refused a terminal. */
  terminalRefused(reason: string, client: string): void {
    this.#bounded('terminal', { stage: 'refused', client, reason });
  }

  /** In Prometheus' text format, to be written after other families. */
  metrics(): AsyncIterable<string> {
    const small = new SmallFamilies();
    const help = 'Audit log lines dropped: too many at once, or the reader was too slow';
    small.total('podway_audit_lines_dropped_total', help, [], (counter) => counter.inc(this.#lostInAll));
    return small.render();
  }

  #bounded(event: string, fields: AuditFields): void {
    const now = this.#output.now();
    this.#tokens = Math.min(BURST, this.#tokens + (Math.max(0, now - this.#filled) * RATE) / 1_000);
    this.#filled = now;
    if (this.#tokens < 1) return this.#lose();
    this.#tokens -= 1;
    this.#write(event, fields);
  }

  #write(event: string, fields: AuditFields): void {
    const time = new Date(this.#output.now()).toISOString();
    const lost = this.#lost === 0 ? '' : lineOf(time, 'lost', { lines: this.#lost });
    if (!this.#output.write(lost + lineOf(time, event, fields))) return this.#lose();
    this.#lost = 0;
  }

  #lose(): void {
    this.#lost += 1;
    this.#lostInAll += 1;
  }
}

function lineOf(time: string, event: string, fields: AuditFields): string {
  let text = `{"type":"audit","time":"${time}","event":"${event}"`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) text += `,"${name}":${valueOf(value)}`;
  }
  return `${text}}\n`;
}

function valueOf(value: Exclude<Value, undefined>): string {
  if (typeof value === 'string') return quote(value.slice(0, MAX_TEXT_LENGTH));
  if (typeof value === 'number') return String(Math.round(value * 1e6) / 1e6);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `[${value.map((it: string) => valueOf(it)).join(',')}]`;
  const members = Object.entries(value).map(([name, text]) => `${quote(name)}:${valueOf(text)}`);
  return `{${members.join(',')}}`;
}
