import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ReadEvent, readEvents } from '../../src/cli/operator/read-events.ts';

async function* pieces(text: string, size: number) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 7): Promise<ReadEvent[]> {
  return all(readEvents(pieces(text, size)));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const CASES: Readonly<Record<string, readonly [text: string, events: readonly ReadEvent[]]>> = {
  'comments and heartbeats': [': podway\n\n:\n\n', []],
  'an event with a name and an id': [
    'id: 0.1\nevent: answer\ndata: {}\n\n',
    [{ event: 'answer', data: '{}', id: '0.1' }],
  ],
  'no name, no blank after the colon': ['data:x\n\n', [{ event: 'message', data: 'x', id: '' }]],
  'several lines of data': ['data: a\ndata: b\n\n', [{ event: 'message', data: 'a\nb', id: '' }]],
  'an id stays for the next events, also without data': [
    'id: 7\n\ndata: a\n\nid: 8\ndata: b\n\n',
    [
      { event: 'message', data: 'a', id: '7' },
      { event: 'message', data: 'b', id: '8' },
    ],
  ],
  'CR LF, and unknown fields': [
    'retry: 5\r\nfoo\r\ndata: é\r\n\r\n',
    [{ event: 'message', data: 'é', id: '' }],
  ],
  'an event that the stream cuts off is dropped': [
    'data: a\n\ndata: b\n',
    [{ event: 'message', data: 'a', id: '' }],
  ],
};

for (const [name, [text, events]] of Object.entries(CASES)) {
  test(`events: ${name}`, async () => {
    for (const size of [1, 2, 3, 1_000]) assert.deepEqual(await read(text, size), events);
  });
}

test('events are the same when the stream is cut at any place', async () => {
  const part = fc.constantFrom('data: a', 'id: 1', ':', 'event: x', '\n', '\n', '\r\n', 'ü');
  await fc.assert(
    fc.asyncProperty(fc.array(part), fc.integer({ min: 1, max: 9 }), async (parts, size) => {
      const text = parts.join('');
      assert.deepEqual(await read(text, size), await read(text, 100_000));
    }),
  );
});

test('an event without an end is not buffered', async () => {
  async function* endless() {
    for (;;) yield Buffer.alloc(64 * 1024, 'a');
  }
  await assert.rejects(all(readEvents(endless())), /an event is longer/);
});
