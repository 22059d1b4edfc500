/** Where server-sent events end, however they are split. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventBoundary } from '../../../src/proxy/drain/event-boundary.ts';

for (const { stream, ends } of [
  { stream: 'data: a\n\ndata: b\n\n', ends: [9, 18] },
  { stream: 'data: a\r\n\r\n: beat\r\n\r\n', ends: [10, 11, 20, 21] },
  { stream: 'data: a\r\rid: 1\rdata: b\r\r', ends: [9, 24] },
  { stream: 'data: a\n\r\ndata: b\r\n\n', ends: [9, 10, 20] },
  { stream: '\ndata: a\n', ends: [0, 1] },
  { stream: 'data: a\n\n\n', ends: [9, 10] },
  { stream: ': beat\n', ends: [] },
]) {
  const name = JSON.stringify(stream);
  const bytes = Buffer.from(stream);
  const boundaries = new Set([0, ...ends]);

  test(`${name}, split anywhere`, () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      for (let from = 0; from <= cut; from += 1) {
        const events = new EventBoundary();
        events.take(bytes, 0, from);
        events.take(bytes, from, cut);
        assert.equal(events.isBetween, boundaries.has(cut), `${from}, ${cut}`);
      }
    }
  });

  test(`${name}: the next end is found from any offset`, () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const events = new EventBoundary();
      events.take(bytes, 0, cut);
      const next = [...boundaries].sort((a, b) => a - b).find((it) => it >= cut) ?? bytes.length;
      // The end includes the LF of a CRLF: some clients recognise no other end of an event.
      const end = bytes.toString('latin1', next - 1, next + 1) === '\r\n' ? next + 1 : next;
      assert.equal(events.takeEvent(bytes, cut, bytes.length), end, `from ${cut}`);
    }
  });
}
