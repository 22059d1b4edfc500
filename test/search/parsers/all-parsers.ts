import assert from 'node:assert/strict';
import { NODE_METHODS, readWithNode } from '../../http1/read-with-node.ts';
import { hasH11, readWithH11 } from './h11.ts';
import { readWithHttpParserJs } from './http-parser-js.ts';
import { type ReadMessage, readRequests, type Reading } from './strict-reader.ts';

/** The parsers that must agree with the strict reader about the bytes that pods get. */
export const PARSERS: readonly string[] = [
  'node:http strict',
  'node:http lenient',
  'http-parser-js',
  ...(hasH11 ? ['h11'] : []),
];

/** Reads the bytes of each connection strictly. Fails if another parser finds other requests, or their end at another byte. */
export async function readWithAllParsers(texts: readonly string[]): Promise<Reading[]> {
  const readings = texts.map(readRequests);
  const known = texts.map((text, at) => withKnownMethods(text, readings[at] as Reading));
  const readingsByParser: Readonly<Record<string, readonly (readonly ReadMessage[])[]>> = {
    'node:http strict': await byNode(known, 'strict'),
    'node:http lenient': await byNode(known, 'lenient'),
    'http-parser-js': known.map(readWithHttpParserJs),
    h11: hasH11 ? await readWithH11(known) : [],
  };
  for (const parser of PARSERS) {
    for (const [at, text] of known.entries())
      assertSameReading(parser, readingsByParser[parser]?.[at] ?? [], text);
  }
  return readings;
}

/** Compares one request at a time: a difference between two whole connections would take minutes to print. */
function assertSameReading(parser: string, reading: readonly ReadMessage[], text: string): void {
  const { messages, starts } = readRequests(text);
  for (const [at, message] of messages.entries()) {
    const around = (): string => JSON.stringify(text.slice(starts[at - 1] ?? 0, starts[at + 2]));
    assert.deepEqual(reading[at], message, `${parser} reads differently: ${around()}`);
  }
  assert.equal(
    reading.length,
    messages.length,
    `${parser} finds another request: ${JSON.stringify(reading.at(-1))}`,
  );
}

async function byNode(texts: readonly string[], parser: 'strict' | 'lenient'): Promise<ReadMessage[][]> {
  const read = await readWithNode(texts, parser);
  return read.map((messages) =>
    messages
      .filter(({ complete }) => complete)
      .map(({ method, target, version, fields, body }) => ({
        start: `${method} ${target} HTTP/${version}`,
        fields,
        body,
      })),
  );
}

/** Two parsers accept only a list of methods, so unknown methods become GET. */
function withKnownMethods(text: string, { messages, starts }: Reading): string {
  let known = '';
  let end = 0;
  for (const [at, { start }] of messages.entries()) {
    const [method = ''] = start.split(' ', 1);
    const from = starts[at] ?? 0;
    known += text.slice(end, from) + (NODE_METHODS.has(method) && method !== 'QUERY' ? method : 'GET');
    end = from + method.length;
  }
  return known + text.slice(end);
}
