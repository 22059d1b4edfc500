/**
 * Every response that podway's parser accepts, node:http's client must accept, too, and read in the same way: status, version, fields,
 * body, and whether the body was complete. podway's parser may refuse responses that node:http accepts. It marks some responses as loose
 * (bare LF, blanks around chunk sizes): node:http's strict parser refuses them, and its lenient parser must refuse them or read the same.
 *
 * DIFFERENTIAL_INPUTS=1000000 makes a long run with a new seed; DIFFERENTIAL_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ChunkedDecoder } from '../../src/http1/chunked-decoder.ts';
import type { ResponseHead } from '../../src/http1/response-head.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { podBytes } from '../search/generate-response.ts';
import { mutate } from './mutate.ts';
import { choices, type Random } from './random.ts';
import { type FinalResponse, readResponsesWithNode } from './read-response-with-node.ts';
import { fieldsOf } from './read-request.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(10_000);
const inputs = Number(process.env['DIFFERENTIAL_INPUTS'] ?? SHORT);
const seed = Number(process.env['DIFFERENTIAL_SEED'] ?? (inputs > SHORT ? Date.now() % 1_000_000_000 : 1));
const BATCH = 200;

/** Replaces some CRLF, or all, by LF; some get blanks before them. */
function loosened(bytes: string, random: Random): string {
  const all = random(2) === 0;
  const blanks = random(3) === 0;
  return bytes.replaceAll('\r\n', () => {
    const blank = blanks && random(4) === 0 ? ' ' : '';
    return blank + (all || random(3) === 0 ? '\n' : '\r\n');
  });
}

function generated(random: Random, method: string): string {
  let { bytes } = podBytes('<token>', method, random);
  if (random(6) === 0) bytes = loosened(bytes, random);
  for (let left = random(3); left > 0; left -= 1) bytes = mutate(bytes, random);
  return bytes;
}

interface Ours {
  readonly response: FinalResponse;
  readonly loose: boolean;
}

/** The first final response; undefined if podway refuses it or it has not arrived. */
function readByUs(text: string, method: string): Ours | undefined {
  const bytes = Buffer.from(text, 'latin1');
  const parser = new ResponseParser({ line: 8_192, head: 65_536, fields: 256 });
  let at = 0;
  let loose = false;
  do {
    at = parser.parse(bytes, at, bytes.length);
    if (at <= 0) return undefined;
    loose ||= parser.head.loose;
  } while (parser.head.status < 200 && parser.head.status !== 101);
  const ours = withBody(parser.head, bytes, at, method);
  return ours && { ...ours, loose: loose || ours.loose };
}

function withBody(head: ResponseHead, bytes: Buffer, start: number, method: string): Ours | undefined {
  const { status, minor, framing, contentLength } = head;
  // Node does not support Transfer-Encoding in HTTP/1.0.
  const loose = framing === 'chunked' && minor === 0;
  const response = { status, minor, fields: fieldsOf(head), body: '', complete: true };
  // After a 101 the connection is a tunnel, whose bytes are not HTTP.
  if (status === 101) return undefined;
  if (method === 'HEAD' || status === 204 || status === 304) return { response, loose };
  if (framing === 'chunked') {
    const decoder = new ChunkedDecoder('lenient');
    const length = decoder.decode(bytes, start, bytes.length);
    if (length < 0) return undefined;
    const body = bytes.toString('latin1', decoder.dataStart, decoder.dataStart + length);
    return { response: { ...response, body, complete: decoder.done }, loose: loose || decoder.loose };
  }
  const end = framing === 'length' ? Math.min(bytes.length, start + contentLength) : bytes.length;
  const complete = framing === 'close' || end - start === contentLength;
  return { response: { ...response, body: bytes.toString('latin1', start, end), complete }, loose };
}

for (const method of ['GET', 'HEAD']) {
  const input = choices.map((random) => generated(random, method));
  const batch = fc.array(input, { minLength: BATCH, maxLength: BATCH });

  test(`${inputs / 2} generated and mutated responses to ${method}, seed ${seed}`, async () => {
    let read = 0;
    let accepted = 0;
    let loose = 0;
    const agree = async (texts: readonly string[]): Promise<void> => {
      const theirs = await readResponsesWithNode(texts, method);
      const lenient = await readResponsesWithNode(texts, method, true);
      read += texts.length;
      for (const [at, text] of texts.entries()) {
        const ours = readByUs(text, method);
        if (ours === undefined) continue;
        accepted += 1;
        if (!ours.loose) assert.deepEqual(theirs[at], ours.response, JSON.stringify(text));
        else if (lenient[at]?.complete === true && ours.response.complete) {
          loose += 1;
          assert.deepEqual(lenient[at], ours.response, JSON.stringify(text));
        }
      }
    };
    await fc.assert(fc.asyncProperty(batch, agree), { numRuns: Math.ceil(inputs / 2 / BATCH), seed });
    assert.ok(loose > 0, 'no loose response was compared');
    assert.ok(accepted > read / 4, `only ${accepted} of ${read} were accepted: the generator is out of date`);
  });
}
