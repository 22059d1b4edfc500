import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answeredOn, type ConnectionMark, firstByteWait } from '../../src/routing/concurrency.ts';
import { type ConnectionBehaviour, newConnectionBehaviour } from '../../src/routing/connection-behaviour.ts';

/** A pod as its connections show it, changed by events: `begin` and `opened` of a connection, `answer`, `close`. */
function pod() {
  const behaviour = newConnectionBehaviour();
  const marks = new Map<string, ConnectionMark>();
  const of = (name: string): ConnectionMark => {
    const mark = marks.get(name);
    assert.ok(mark, name);
    return mark;
  };
  return {
    behaviour,
    begin(name: string) {
      const { open, closed } = behaviour;
      const mark = { serial: marks.size + 1, openBefore: open, closedBefore: closed, answered: false };
      marks.set(name, mark);
    },
    opened: () => void (behaviour.open += 1),
    answer: (name: string) => answeredOn(behaviour, of(name)),
    close() {
      behaviour.open -= 1;
      behaviour.closed += 1;
    },
  };
}

type Word = 'begin' | 'opened' | 'answer' | 'close';

interface Row {
  readonly name: string;
  /** The events: `begin a`, `opened`, `answer a`, `close`. */
  readonly happens: readonly string[];
  readonly serves: ConnectionBehaviour['serves'];
}

const ROWS: readonly Row[] = [
  { name: 'nothing', happens: [], serves: 'unknown' },
  {
    name: 'one connection, repeatedly',
    happens: ['begin a', 'opened', 'answer a', 'answer a', 'answer a'],
    serves: 'unknown',
  },
  {
    name: 'one connection after the other',
    happens: ['begin a', 'opened', 'answer a', 'close', 'begin b', 'opened', 'answer b', 'answer b'],
    serves: 'unknown',
  },
  {
    name: 'the younger one waits in the backlog while the older one answers',
    happens: [
      'begin a',
      'opened',
      'begin b',
      'opened',
      'answer a',
      'answer a',
      'close',
      'answer b',
      'answer b',
    ],
    serves: 'unknown',
  },
  {
    name: 'several connections wait in the backlog and are served in their order',
    happens: [
      'begin a',
      'opened',
      'begin b',
      'opened',
      'begin c',
      'opened',
      'answer a',
      'close',
      'answer b',
      'close',
      'answer c',
    ],
    serves: 'unknown',
  },
  {
    name: 'the younger one began before the older one was open: their order is unknown',
    happens: ['begin a', 'begin b', 'opened', 'opened', 'answer b'],
    serves: 'unknown',
  },
  {
    name: 'the younger one answers while the older one is open',
    happens: ['begin a', 'opened', 'begin b', 'opened', 'answer b'],
    serves: 'several-likely',
  },
  {
    name: 'the same, when the older one has answered before',
    happens: ['begin a', 'opened', 'answer a', 'begin b', 'opened', 'answer b'],
    serves: 'several-likely',
  },
  {
    name: 'the older one answers again after the younger one, which no pod with one connection at a time does',
    happens: ['begin a', 'opened', 'answer a', 'begin b', 'opened', 'answer b', 'answer a'],
    serves: 'several',
  },
  {
    name: 'both answer in turn',
    happens: ['begin a', 'begin b', 'opened', 'opened', 'answer a', 'answer b', 'answer a', 'answer b'],
    serves: 'several',
  },
];

for (const { name, happens, serves } of ROWS) {
  test(`${serves}: ${name}`, () => {
    const subject = pod();
    for (const line of happens) {
      const [word, of = ''] = line.split(' ') as [Word, string?];
      subject[word](of);
    }
    assert.equal(subject.behaviour.serves, serves);
  });
}

test('podway closes idle connections to a pod when a new one has waited for 50 ms, or 1 s if the pod probably serves several at once; never if it certainly does', () => {
  const timeout = (serves: ConnectionBehaviour['serves']) =>
    firstByteWait({ ...newConnectionBehaviour(), serves });
  assert.deepEqual(
    [timeout('unknown'), timeout('several-likely'), timeout('several')],
    [50, 1000, Number.POSITIVE_INFINITY],
  );
});
