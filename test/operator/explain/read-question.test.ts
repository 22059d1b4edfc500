import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readQuestion } from '../../../src/operator/explain/read-question.ts';

const KEY = 'x-routing-api-key';

function read(query: string, headers: Readonly<Record<string, readonly string[]>> = {}) {
  return readQuestion({ path: '/explain', query: new URLSearchParams(query), headers }, KEY);
}

test('a question describes a request, and fields that it leaves out have default values', () => {
  assert.deepEqual(read('host=a.example.com'), {
    request: {
      method: 'GET',
      target: '/',
      host: 'a.example.com',
      fields: [],
      peer: '192.0.2.1',
      secure: false,
    },
  });
  assert.deepEqual(
    read(
      'host=a&path=/b%3Fc=d&method=POST&header=Cookie:%20e%3Df&header=X-A:%20b:c&peer=2001:db8::1&tls=true',
    ),
    {
      request: {
        method: 'POST',
        target: '/b?c=d',
        host: 'a',
        fields: [
          ['Cookie', 'e=f'],
          ['X-A', 'b:c'],
        ],
        peer: '2001:db8::1',
        secure: true,
      },
    },
  );
});

test('each line of the key header of the question becomes a field of the request', () => {
  const asked = read('host=a', { [KEY]: ['one', 'two'] });
  assert.deepEqual('request' in asked && asked.request.fields, [
    [KEY, 'one'],
    [KEY, 'two'],
  ]);
});

const PROBLEMS: Readonly<Record<string, RegExp>> = {
  '': /expected host=/,
  'host=a%0d%0aX: y': /^host/,
  'host=a b': /^host/,
  'host=a&path=b': /^path/,
  'host=a&path=/b%20HTTP/1.1': /^path/,
  'host=a&path=/%0a': /^path/,
  'host=a&method=GET%20/': /^method/,
  'host=a&header=NoColon': /^header/,
  'host=a&header=X: a%0d%0aY: b': /^header/,
  'host=a&header=X%20: a': /^header/,
  'host=a&header=X: %C4%80': /^header/,
  'host=a&header=Host: b': /^header/,
  'host=a&header=X-Routing-Api-Key: secret': /^header: expected the key as the field/,
  'host=a&peer=localhost': /^peer/,
};

for (const [query, expected] of Object.entries(PROBLEMS)) {
  test(`refused: ${query || 'an empty query'} (EX-01)`, () => {
    const asked = read(query);
    assert.ok('problem' in asked);
    assert.match(asked.problem, expected);
    assert.doesNotMatch(asked.problem, /secret/);
  });
}
