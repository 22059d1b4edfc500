import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Comparison } from '../../bench/harness/comparison.ts';
import { howToInstall, missing, TASKSET } from '../../bench/harness/programs.ts';
import { ratios } from '../../bench/harness/metrics.ts';
import { nginxTuned } from '../../bench/rivals/nginx-tuned.ts';
import { podway } from '../../bench/rivals/podway.ts';
import { keepAlive64 } from '../../bench/scenarios/keep-alive.ts';
import { unlessWide } from '../fixtures/wide.ts';

/**
 * The maximum CPU of a small GET, as a multiple of tuned nginx's, in the best of a few short rounds. On a quiet machine
 * the ratio is 1.2. When other tests run on the same cores it varies far more, and noise must not fail a build: a real
 * regression raises the ratio of every round.
 */
const LIMIT = 2.2;
const ROUNDS = 4;

const lacking = missing([TASKSET, ...nginxTuned.requiredPrograms, ...keepAlive64.requiredPrograms]);
const skip = lacking.length > 0 ? `this test needs other programs: ${howToInstall(lacking)}` : unlessWide;

test(`a small GET costs less than ${LIMIT} times tuned nginx's CPU`, { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'podway-guard-'));
  const address = `127.78.${(process.pid >> 8) & 0xff}.${process.pid & 0xff || 1}`;
  const options = { scenario: keepAlive64, rounds: ROUNDS, seconds: 1, warmUp: 1, folder, address };
  try {
    const log = (line: string): void => t.diagnostic(line);
    const outcomes = await new Comparison({ ...options, rivals: [nginxTuned, podway], log }).run();
    const [yardstick, own] = outcomes;
    assert.deepEqual([yardstick?.failed, own?.failed], [undefined, undefined]);
    const measured = ratios(own?.samples ?? [], yardstick?.samples ?? [], 'cpu');
    assert.equal(measured.length, ROUNDS);
    t.diagnostic(`podway : nginx ${measured.map((it) => it.toFixed(2)).join(', ')}`);
    assert.ok(Math.min(...measured) < LIMIT, `${measured.join(', ')} times the CPU of nginx per request`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
