import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCalls } from '../../bench/load/grpc-load.ts';

const output = (bytes: number) => `
finished in 500.21ms, 8.00 req/s, 1.20KB/s
requests: 4 total, 4 started, 4 done, 4 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 4 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 1.20KB (1234) total, 120B (120) headers (space savings 80.00%), 840B (${bytes}) data
`;

test('messages of gRPC are counted by their bytes, since a failed call has status 200', () => {
  assert.deepEqual(readCalls(output(840), { messages: 2 }), { operations: 8, seconds: 0.50021, errors: 0 });
  assert.deepEqual(readCalls(output(420), { messages: 2 }), { operations: 4, seconds: 0.50021, errors: 4 });
  assert.throws(() => readCalls(output(0), { messages: 2 }), /no answer/);
});
