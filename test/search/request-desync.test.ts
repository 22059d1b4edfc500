/**
 * For any input, pods get exactly the accepted requests, which every parser reads in the same way; clients get their own responses.
 *
 * DESYNC_STREAMS=1000000 makes a long run with a new seed; DESYNC_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, randomFrom } from '../http1/random.ts';
import { earlyAnswerStreams, randomStream, type Stream, techniqueStreams } from './generate-stream.ts';
import { hasH11 } from './parsers/h11.ts';
import { PARSERS } from './parsers/all-parsers.ts';
import { searchRequests } from './request-desync.ts';
import { reducedCount, sampleOf } from '../fixtures/wide.ts';

const SHORT = reducedCount(1000);
const count = Number(process.env['DESYNC_STREAMS'] ?? SHORT);
const seed = Number(process.env['DESYNC_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));

function* randomStreams(random: Random): Generator<Stream> {
  for (let left = count; left > 0; left -= 1) yield randomStream(random);
}

test('h11 is one of the judges', { skip: hasH11 ? false : 'needs Debian package python3-h11' }, () => {
  assert.ok(PARSERS.includes('h11'));
});

test('published smuggling techniques (SM-22)', async (t) => {
  const techniques = [...techniqueStreams(randomFrom(seed))];
  const figures = await searchRequests(sampleOf(techniques, techniques.length / 4));
  t.diagnostic(JSON.stringify({ ...figures, judges: PARSERS }));
  assert.ok(figures.accepted > figures.streams / 10, 'the table still has harmless techniques');
});

test('responses before the body (SM-36)', async (t) => {
  const figures = await searchRequests(earlyAnswerStreams());
  t.diagnostic(JSON.stringify(figures));
  assert.ok(figures.broken > 0, 'some bodies never arrived');
});

test(`${count} random streams, seed ${seed}`, async (t) => {
  const figures = await searchRequests(randomStreams(randomFrom(seed)));
  t.diagnostic(JSON.stringify(figures));
  assert.equal(figures.streams, count);
  assert.ok(figures.accepted > count / 3, `${figures.accepted} accepted: the generator is out of date`);
});
