/**
 * For any bytes that a pod sends at any time, no client gets a byte of another client's exchange.
 *
 * RESPONSE_EXCHANGES=1000000 makes a long run with a new seed; DESYNC_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomFrom } from '../http1/random.ts';
import type { Push } from './desync-pod.ts';
import { type ResponseFigures, searchResponses } from './response-desync.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(500);
const count = Number(process.env['RESPONSE_EXCHANGES'] ?? SHORT);
const seed = Number(process.env['DESYNC_SEED'] ?? (count > SHORT ? Date.now() % 1_000_000_000 : 1));

/** The share of the exchanges for each kind of push. While idle, each exchange waits for the router's FIN, so there are fewer. */
const SHARE: Readonly<Record<Push, number>> = {
  never: 1,
  'with the answer': 1,
  'while idle': 0.1,
  'around the next request': 1,
};

/** Maximum number of exchanges with one router: a scene remembers every byte. */
const A_SCENE = 20_000;

async function search(exchanges: number, push: Push): Promise<ResponseFigures> {
  const random = randomFrom(seed);
  const all = { exchanges: 0, answered: 0, connections: 0, pushes: 0, crossed: 0 };
  while (all.exchanges < exchanges) {
    const some = await searchResponses(Math.min(A_SCENE, exchanges - all.exchanges), push, random);
    for (const key of Object.keys(all) as (keyof ResponseFigures)[]) all[key] += some[key];
  }
  return all;
}

for (const push of Object.keys(SHARE) as Push[]) {
  const exchanges = count * SHARE[push];
  test(`a pod that lies, and pushes bytes ${push}: ${exchanges} exchanges, seed ${seed} (UF-31, UF-32, UF-33)`, async (t) => {
    const figures = await search(exchanges, push);
    t.diagnostic(JSON.stringify(figures));
    assert.ok(figures.answered > exchanges / 2, 'clients still get responses');
    if (push !== 'around the next request') return;
    assert.ok(figures.pushes - figures.crossed > 0, 'some pushes arrive in time to be detected');
    assert.ok(figures.crossed > 0, 'some pushes arrive too late');
  });
}
