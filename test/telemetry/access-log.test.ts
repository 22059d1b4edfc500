import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRecord } from '../../src/boundary/access-record.ts';
import { combinedLine, jsonLine } from '../../src/telemetry/access-log.ts';

const RECORD: AccessRecord = {
  time: Date.UTC(2026, 10, 1, 4, 5, 6, 7),
  clientAddress: '192.0.2.7',
  method: 'GET',
  target: '/a?b=%22',
  host: 't.local',
  protocol: 'HTTP/1.1',
  status: 200,
  bytesSent: 12,
  bytesReceived: 3,
  duration: 0.012_345_678,
  upstreamAddress: '10.0.0.1:3000',
  upstreamDuration: 0.01,
  attempts: 2,
  tries: [
    {
      namespace: 'shop',
      pod: 'web-0',
      address: '10.0.0.9:3000',
      error: 'connect-refused',
      time: 0,
      duration: 0.000_4,
    },
    { namespace: 'shop', pod: 'web-1', address: '10.0.0.1:3000', error: '', time: 0, duration: 0.011 },
  ],
  route: 't.local/a',
  namespace: 'shop',
  pod: 'web-1',
  reason: '',
  detail: '',
  requestId: 'abc1',
  referer: '',
  userAgent: 'curl/8',
  tunnel: false,
  decomposed: false,
};

/** Values that clients may send in a field, as bytes decoded as Latin-1. */
const NASTY = [
  '"',
  '\\',
  '\n{"forged":1}',
  '\r',
  '\t',
  '\0',
  '\u001b[2J',
  '\u007f',
  '\u009b31m',
  '\u00e9',
  '\u00ff',
];

test('a JSON line has every field', () => {
  const line = jsonLine(RECORD);
  assert.ok(line.endsWith('}\n'));
  assert.deepEqual(JSON.parse(line), {
    type: 'access',
    time: '2026-11-01T04:05:06.007Z',
    client: '192.0.2.7',
    method: 'GET',
    target: '/a?b=%22',
    host: 't.local',
    protocol: 'HTTP/1.1',
    status: 200,
    bytes_sent: 12,
    bytes_received: 3,
    duration: 0.012346,
    upstream: '10.0.0.1:3000',
    upstream_duration: 0.01,
    attempts: 2,
    tries: [
      {
        namespace: 'shop',
        pod: 'web-0',
        address: '10.0.0.9:3000',
        error: 'connect-refused',
        duration: 0.0004,
      },
      { namespace: 'shop', pod: 'web-1', address: '10.0.0.1:3000', error: '', duration: 0.011 },
    ],
    route: 't.local/a',
    namespace: 'shop',
    pod: 'web-1',
    reason: '',
    detail: '',
    request_id: 'abc1',
    referer: '',
    user_agent: 'curl/8',
    tunnel: false,
  });
  assert.equal(JSON.parse(jsonLine({ ...RECORD, upstreamDuration: -1 })).upstream_duration, null);
});

test('a combined line is the NCSA format, in UTC', () => {
  const line = '192.0.2.7 - - [01/Nov/2026:04:05:06 +0000] "GET /a?b=%22 HTTP/1.1" 200 12 "-" "curl/8"\n';
  assert.equal(combinedLine(RECORD), line);
  assert.match(combinedLine({ ...RECORD, userAgent: '', referer: 'http://r/' }), / "http:\/\/r\/" "-"\n$/);
});

for (const value of NASTY) {
  test(`${JSON.stringify(value)} stays inside its field`, () => {
    for (const field of ['target', 'host', 'referer', 'userAgent', 'method', 'requestId'] as const) {
      const record = { ...RECORD, [field]: `a${value}b` };
      for (const line of [jsonLine(record), combinedLine(record)])
        assert.match(line, /^[\x20-\x7e]+\n$/, field);
      const parsed = Object.values(JSON.parse(jsonLine(record)));
      assert.ok(parsed.includes(`a${value}b`), field);
      assert.match(combinedLine(record), /^\S+ - - \[[^\]]+\] "[^"]*" \d+ \d+ "[^"]*" "[^"]*"\n$/, field);
    }
  });
}
