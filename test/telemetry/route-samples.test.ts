import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RouteSamples } from '../../src/telemetry/route-samples.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'OTHER'];

test('a pod that answers every method with every status causes few series, and every answer is counted', () => {
  const series = new RouteSamples('host="t.local"');
  const code = (index: number) => 200 + (index % 800);
  const requests = METHODS.flatMap((method) =>
    Array.from({ length: 800 }, (_, index) => ({ method, code: code(index), count: 1 })),
  );
  series.add({ host: 't.local', path: '/', namespace: 'shop', requests, durations: [] });
  series.add({ host: 't.local', path: '/', namespace: 'shop', requests, durations: [] });
  const lines = series.requestLines('requests').trimEnd().split('\n');
  assert.ok(lines.length <= 64 + 8, `${lines.length} series`);
  assert.equal(lines[0], 'requests{host="t.local",method="GET",code="200"} 2');
  assert.ok(lines.includes('requests{host="t.local",method="OTHER",code="5xx"} 1600'));
  const sum = lines.reduce((before, line) => before + Number(line.split(' ').at(-1)), 0);
  assert.equal(sum, 2 * requests.length);
});
