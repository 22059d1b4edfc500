import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWrk } from '../../bench/load/wrk.ts';

const HEAD = 'Running 2s test @ http://127.0.0.1/\n  1 threads and 64 connections\n';

function output(latency: string, rest: string): string {
  return `${HEAD}  Latency Distribution\n${latency}${rest}Requests/sec:   3998.31\n`;
}

test('requests, time and percentiles are read in every unit that wrk prints', () => {
  const printed = output(
    '     50%  842.00us\n     75%    1.10ms\n     90%    2.00ms\n     99%    1.02s \n',
    '  8001 requests in 2.00s, 1.83MB read\n',
  );
  assert.deepEqual(readWrk(printed), { operations: 8001, seconds: 2, errors: 0, p50: 842, p99: 1_020_000 });
});

test('refusals and socket errors count as errors', () => {
  const printed = output(
    '     50%    1.00ms\n     99%    2.00ms\n',
    '  10 requests in 1.00s, 1KB read\n  Socket errors: connect 1, read 20, write 300, timeout 4000\n  Non-2xx or 3xx responses: 50000\n',
  );
  assert.equal(readWrk(printed).errors, 54_321);
});

test('a run without any answer is an error', () => {
  const printed = output('     50%    0.00us\n     99%    0.00us\n', '  0 requests in 1.00s, 0.00B read\n');
  assert.throws(() => readWrk(printed), /no answer/);
});
