import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedCpus } from '../../bench/harness/cores.ts';
import { quartiles, ratios, type Sample, spread } from '../../bench/harness/metrics.ts';
import { AnswerReader } from '../../bench/load/answer-reader.ts';
import { Percentiles } from '../../bench/load/percentiles.ts';
import { chart } from '../../bench/report/chart.ts';
import { versions } from '../../bench/report/results.ts';
import { podwayOf } from '../../bench/rivals/podway.ts';
import { keepAlive64 } from '../../bench/scenarios/keep-alive.ts';

const sample = (round: number, cpu: number): Sample => ({ round, errors: 0, figures: { cpu } });

test('a spread is the median and the range; the median of two values is their mean', () => {
  assert.deepEqual(spread([3, 1, 2]), { median: 2, low: 1, high: 3 });
  assert.deepEqual(spread([4, 1]), { median: 2.5, low: 1, high: 4 });
  assert.deepEqual(spread([Number.NaN, 7]), { median: 7, low: 7, high: 7 });
  assert.equal(spread([]), undefined);
});

test('ratios are computed within a round; a round without one of the two has no ratio', () => {
  const own = [sample(1, 30), sample(3, 10)];
  const yardstick = [sample(1, 10), sample(2, 1), sample(3, 20)];
  assert.deepEqual(ratios(own, yardstick, 'cpu'), [3, 0.5]);
});

test('quartiles lie a quarter from each end, interpolated between two values', () => {
  assert.deepEqual(quartiles([5, 1, 3, 2, 4]), [2, 4]);
  assert.deepEqual(quartiles([1, 2]), [1.25, 1.75]);
  assert.deepEqual(quartiles([7]), [7, 7]);
  assert.equal(quartiles([]), undefined);
});

test('another version of podway is compared with this one round by round', () => {
  const { name } = podwayOf('/checkouts/yesterday');
  const outcomes = [
    { name: 'podway', samples: [sample(1, 11), sample(2, 30), sample(3, 9)] },
    { name, samples: [sample(1, 10), sample(2, 20), sample(3, 10)] },
    { name: 'haproxy', samples: [sample(1, 10)] },
  ];
  assert.deepEqual(versions([{ scenario: keepAlive64, outcomes }]), [
    'keep-alive-64: CPU 1.100 times podway-of-yesterday (half of 3 rounds: 1.000-1.300)',
  ]);
});

test('a list of CPUs is read in the format of the kernel', () => {
  assert.deepEqual(listedCpus('0-1'), [0, 1]);
  assert.deepEqual(listedCpus('3'), [3]);
  assert.deepEqual(listedCpus('0,2-4,7'), [0, 2, 3, 4, 7]);
});

test('a percentile is one of the samples, by nearest rank', () => {
  const percentiles = new Percentiles();
  for (let value = 1_000; value >= 1; value -= 1) percentiles.add(value);
  assert.deepEqual(percentiles.at(0.5, 0.99, 0.999, 1), [500, 990, 999, 1_000]);
});

test('an answer ends after its Content-Length, regardless of how it is split', () => {
  const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello');
  for (let cut = 1; cut < answer.length; cut += 1) {
    const reader = new AnswerReader();
    assert.equal(reader.take(answer.subarray(0, cut)), false);
    assert.equal(reader.take(answer.subarray(cut)), true, `cut at ${cut}`);
    assert.equal(reader.status, 200);
  }
  assert.throws(() => new AnswerReader().take(Buffer.from('HTTP/1.1 200 OK\r\n\r\n')), /Content-Length/);
  const reader = new AnswerReader();
  assert.throws(() => reader.take(Buffer.concat([answer, Buffer.from('x')])), /after the answer/);
});

test('a chart has a bar for each rival, shortest first, and no markup from names', () => {
  const value = { median: 12, low: 11, high: 13 };
  const bars = [
    { name: 'slow & <b>', value: { median: 40, low: 30, high: 50 }, ratio: 3.3, own: false },
    { name: 'own', value, ratio: undefined, own: true },
  ];
  const svg = chart({
    title: 'CPU',
    subtitle: 's',
    footer: 'f',
    panels: [{ title: 'P & Q', unit: 'us', bars }],
  });
  assert.ok(svg.indexOf('>own<') < svg.indexOf('>slow &amp; &lt;b&gt;<'));
  assert.ok(svg.includes('>12.0 us<') && svg.includes('>40.0 us (3.30 x)<'));
  assert.equal([...svg.matchAll(/<rect class="(?:own|bar)"/g)].length, 2);
  assert.ok(svg.includes('>P &amp; Q<'));
});
