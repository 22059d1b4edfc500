import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OwnAnswers } from '../../src/proxy/counts/own-answers.ts';

const ANSWER = {
  time: 1,
  requestId: 'a',
  clientAddress: '192.0.2.7',
  method: 'GET',
  host: 't.local',
  path: '/a',
  status: 404,
  reason: 'no-route',
  route: '',
  namespace: '',
  pod: '',
  attempts: 0,
  revision: 1,
  duration: 0,
} as const;

function filled(count: number, most = 3, start = 100): OwnAnswers {
  const answers = new OwnAnswers(most, start);
  for (let at = 1; at <= count; at++) answers.add({ ...ANSWER, requestId: `r${at}` });
  return answers;
}

const ids = (answers: readonly { readonly requestId: string }[]) => answers.map(({ requestId }) => requestId);

test('only the last answers are kept, oldest first', () => {
  assert.deepEqual(ids(filled(0).since(0, 10)), []);
  assert.deepEqual(ids(filled(2).since(0, 10)), ['r1', 'r2']);
  assert.deepEqual(ids(filled(7).since(0, 10)), ['r5', 'r6', 'r7']);
  assert.deepEqual(ids(filled(7).since(106, 10)), ['r7']);
  assert.deepEqual(ids(filled(7).since(107, 10)), []);
  assert.deepEqual(ids(filled(7).since(0, 2)), ['r5', 'r6']);
});

test('an answer is found by its id while it is kept', () => {
  const answers = filled(7);
  assert.equal(answers.of('r5')?.seq, 105);
  assert.equal(answers.of('r4'), undefined);
  assert.equal(filled(0).of('r1'), undefined);
});

test('text of a client is shortened', () => {
  const answers = new OwnAnswers(1, 0);
  answers.add({
    ...ANSWER,
    host: 'h'.repeat(1_000),
    path: `/${'p'.repeat(10_000)}`,
    requestId: 'i'.repeat(1_000),
  });
  const [answer] = answers.since(0, 1);
  assert.deepEqual([answer?.host.length, answer?.path.length, answer?.requestId.length], [255, 256, 256]);
});
