import { setImmediate as turn } from 'node:timers/promises';

/** Characters of one slice, about: some hundred microseconds. */
const SLICE = 64 * 1024;
/** Items looked at for one slice, should they have nothing to say. */
const LOOKED_AT = 2_000;

/** One family of Prometheus' text format, version 0.0.4. `lines` gives the samples of one item, line feeds included. */
export interface Family<T> {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly items: Iterable<T>;
  readonly lines: (item: T) => string;
}

/** The family as text, slice by slice; the event loop turns after each. */
export async function* slices<T>({
  name,
  help,
  type,
  items,
  lines,
}: Family<T>): AsyncGenerator<string, void> {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  let lookedAt = 0;
  for (const item of items) {
    text += lines(item);
    lookedAt += 1;
    if (text.length < SLICE && lookedAt < LOOKED_AT) continue;
    yield text;
    await turn();
    text = '';
    lookedAt = 0;
  }
  yield `${text}\n`;
  await turn();
}

/** Labels as they stand between the braces, in the order given. */
export function labelText(labels: Readonly<Record<string, string | number>>): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '' : ','}${name}="${escaped(String(labels[name]))}"`;
  return text;
}

const SPECIAL = /[\\"\n]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll(/[\\"\n]/g, (character) => ESCAPES[character] ?? character);
}
