import { textSlices } from './text-slices.ts';

/** One family of Prometheus' text format, version 0.0.4. `lines` gives the samples of one item, line feeds included. */
export interface Family<T> {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly items: Iterable<T>;
  readonly lines: (item: T) => string;
}

/** Renders the family as text, slice by slice. The event loop turns after each slice. */
export function slices<T>(family: Family<T>): AsyncGenerator<string, void> {
  return textSlices(textOf(family));
}

function* textOf<T>({ name, help, type, items, lines }: Family<T>): Generator<string, void> {
  yield `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  for (const item of items) yield lines(item);
  yield '\n';
}

/** Labels as they appear between the braces, in the given order. */
export function labelText(labels: Readonly<Record<string, string | number>>): string {
  let text = '';
  for (const name in labels) text += `${text === '' ? '' : ','}${name}="${escaped(String(labels[name]))}"`;
  return text;
}

/** The part of each bucket's line after the labels of its series. The last bucket is for values above all bounds. */
export function bucketEnds(bounds: readonly number[]): readonly string[] {
  return [...bounds.map(String), '+Inf'].map((le) => `,le="${le}"} `);
}

export interface Histogram {
  /** See `bucketEnds`. */
  readonly ends: readonly string[];
  /** Not cumulative. */
  readonly buckets: readonly number[];
  readonly sum: number;
}

/** Cumulative buckets, sum and count. */
export function histogramLines(name: string, labels: string, { ends, buckets, sum }: Histogram): string {
  let text = '';
  let total = 0;
  for (const [index, end] of ends.entries()) {
    total += buckets[index] ?? 0;
    text += `${name}_bucket{${labels}${end}${total}\n`;
  }
  return `${text}${name}_sum{${labels}} ${sum}\n${name}_count{${labels}} ${total}\n`;
}

const SPECIAL = /[\\"\n]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll(/[\\"\n]/g, (character) => ESCAPES[character] ?? character);
}
