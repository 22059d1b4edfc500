import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonSlices } from '../../src/admin/json-slices.ts';
import { textOf } from '../telemetry/exposition.ts';
import { reducedCount } from '../fixtures/wide.ts';

test('the joined slices are the text that JSON.stringify writes', async () => {
  const fields = fc.dictionary(
    fc.string().map((name) => `f${name}`),
    fc.jsonValue(),
    { minKeys: 1 },
  );
  const lists = fc.dictionary(
    fc.string().map((name) => `l${name}`),
    fc.array(fc.jsonValue()),
  );
  await fc.assert(
    fc.asyncProperty(fields, lists, async (some, many) => {
      const whole = `${JSON.stringify({ ...some, ...many }, undefined, 2)}\n`;
      assert.equal(await textOf(jsonSlices(some, many)), whole);
    }),
    { numRuns: reducedCount(200) },
  );
});

test('a long list is sent in slices, and each item is built only for its slice', async () => {
  let made = 0;
  function* items(): Generator<{ n: number; text: string }> {
    for (let n = 0; n < 5_000; n += 1) {
      made += 1;
      yield { n, text: 'some text\nof two lines' };
    }
  }
  let text = '';
  let slices = 0;
  for await (const slice of jsonSlices({ before: 1 }, { items: items() })) {
    if (slices === 0) assert.ok(made < 2_000, `${made} items built for the first slice`);
    text += slice;
    slices += 1;
  }
  assert.ok(slices > 3);
  assert.equal(JSON.parse(text).items.length, 5_000);
});
