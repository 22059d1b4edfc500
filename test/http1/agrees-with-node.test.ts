/**
 * Every request that podway's parser accepts, node:http's strict parser must accept, too, and read in the same way: method, target,
 * version, fields, body, and where the message ends. podway's parser may refuse requests that node:http accepts.
 *
 * DIFFERENTIAL_INPUTS=1000000 makes a long run with a new seed; DIFFERENTIAL_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { generateRequest } from './generate-request.ts';
import { readMessages } from './read-messages.ts';
import { choices } from './random.ts';
import { NODE_METHODS, readWithNode } from './read-with-node.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(10_000);
const inputs = Number(process.env['DIFFERENTIAL_INPUTS'] ?? SHORT);
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? (inputs > SHORT ? Date.now() % 1_000_000_000 : 1));
const BATCH = 200;
const input = choices.map((random) => generateRequest(random));
/** node:http reads a batch of many inputs at once. */
const batch = fc.array(input, { minLength: BATCH, maxLength: BATCH });

/** Inputs that the two parsers once read differently, or nearly so. */
const FOUND: readonly string[] = [
  'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /next HTTP/1.1\r\nHost: next\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a="b;\\"c"\r\nabc\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n',
  'PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n',
  'PURGE HTTP://"h HTTP/1.0\r\n\r\n',
  'GET /caf\xc3\xa9/\xff?\x80 HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: next\r\n\r\n',
];

test('inputs found before', async () => {
  await agree(FOUND);
});

test(`${inputs} generated and mutated inputs, seed ${seed}`, async () => {
  let read = 0;
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(batch, async (texts) => {
      read += texts.length;
      accepted += await agree(texts);
    }),
    { numRuns: Math.ceil(inputs / BATCH), seed },
  );
  assert.ok(accepted > read / 4, `only ${accepted} of ${read} were accepted: the generator is out of date`);
});

/** The number of texts that contain at least one message that podway's parser accepts. */
async function agree(texts: readonly string[]): Promise<number> {
  const comparable = texts.map(asNodeReads);
  const theirs = await readWithNode(comparable);
  let accepted = 0;
  for (const [at, text] of comparable.entries()) {
    const { messages } = readMessages(text);
    const targets = readMessages(texts[at] ?? '').messages.map(({ target }) => target);
    assert.deepEqual(
      messages.map(({ target }) => target),
      targets,
      JSON.stringify(texts[at]),
    );
    if (messages.length > 0) accepted++;
    assert.deepEqual(theirs[at]?.slice(0, messages.length), messages, JSON.stringify(texts[at]));
  }
  return accepted;
}

function withEscapes(line: string): string {
  return line.replace(/[\x80-\xff]/g, (it) => `%${it.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** node:http refuses unknown methods and 8-bit targets. For the comparison they become GET, and escapes. */
function asNodeReads(text: string): string {
  const { messages, starts } = readMessages(text);
  let known = '';
  let end = 0;
  for (const [at, { method }] of messages.entries()) {
    const start = starts[at] as number;
    const line = text.slice(start + method.length, text.indexOf('\r\n', start));
    known += text.slice(end, start) + (NODE_METHODS.has(method) ? method : 'GET') + withEscapes(line);
    end = start + method.length + line.length;
  }
  return known + text.slice(end);
}
