import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

/** A script of browsers. */
const READER: string = '../../../src/operator/page/event-reader.js';
const { EventReader } = (await import(READER)) as {
  EventReader: new () => { take(text: string): readonly { event: string; data: string; id?: string }[] };
};

const STREAM = [
  ': podway\n\n',
  'event: state\ndata: {"a":1}\n\n',
  ':\n\n',
  'id: 0.1\nevent: answer\ndata: {"b":": event: x"}\n\n',
  'data:two\ndata: lines\nretry: 5\nunknown\n\n',
  'event: unfinished\ndata: 3\n',
].join('');

const EVENTS = [
  { event: 'state', data: '{"a":1}', id: undefined },
  { event: 'answer', data: '{"b":": event: x"}', id: '0.1' },
  { event: 'message', data: 'two\nlines', id: '0.1' },
];

test('events are read from a stream that is cut at any place', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: STREAM.length }), { maxLength: 40 });
  fc.assert(
    fc.property(cuts, (places) => {
      const reader = new EventReader();
      const ends = [...places.sort((a, b) => a - b), STREAM.length];
      const read = ends.flatMap((end, at) => reader.take(STREAM.slice(ends[at - 1] ?? 0, end)));
      assert.deepEqual(read, EVENTS);
    }),
  );
});
