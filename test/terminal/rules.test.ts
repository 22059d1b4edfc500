import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Credit } from '../../src/terminal/rules/credit.ts';
import { Deadlines, type Due } from '../../src/terminal/rules/deadlines.ts';
import { readPageMessage, takenMessage, toPage } from '../../src/terminal/rules/page-messages.ts';

/** The page is JavaScript for browsers, which the compiler checks separately. */
const PASTE: string = '../../src/terminal/page/paste.js';
const { pasted, cleanPaste } = (await import(PASTE)) as {
  readonly pasted: (text: string, bracketed: boolean) => string;
  readonly cleanPaste: (text: string) => string;
};

interface PasteCase {
  readonly name: string;
  readonly text: string;
  readonly sent: string;
}

const PASTES: readonly PasteCase[] = [
  { name: 'line ends of every system (TT-07)', text: 'a\r\nb\nc\rd', sent: 'a\rb\rc\rd' },
  {
    name: 'the end marker of the bracketed mode (TT-07)',
    text: 'a\x1b[201~; rm -rf x\n',
    sent: 'a; rm -rf x\r',
  },
  { name: 'an end marker within an end marker (TT-07)', text: '\x1b[20\x1b[201~1~b', sent: '[201~b' },
  { name: 'an end marker of 8-bit controls (TT-07)', text: 'a\x9b201~b', sent: 'ab' },
  { name: 'other controls (TT-07)', text: 'a\x00\x03\x04\x1b[31m\x7f\tb', sent: 'a[31m\tb' },
  { name: 'characters outside of ASCII (TT-07)', text: 'ä 日本 😀', sent: 'ä 日本 😀' },
];

for (const { name, text, sent } of PASTES) {
  test(`a paste with ${name}`, () => {
    assert.equal(pasted(text, false), sent);
    assert.equal(pasted(text, true), `\x1b[200~${sent}\x1b[201~`);
  });
}

test('no paste has a control character, with any combination of markers (TT-07)', () => {
  const piece = fc.constantFrom(
    '\x1b',
    '\x1b[',
    '\x9b',
    '[',
    '2',
    '0',
    '01~',
    '201~',
    '\x1b[201~',
    'x',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      assert.doesNotMatch(cleanPaste(pieces.join('')), /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/);
    }),
  );
});

test('the page gets the bytes unchanged (TT-06)', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const message = toPage(0, bytes);
      assert.equal(message[0], 0);
      assert.deepEqual(new Uint8Array(message.subarray(1)), bytes);
    }),
  );
  assert.deepEqual(takenMessage(65_536), Buffer.from('0300010000', 'hex'));
});

test('a message of a page is read in exactly one way, or is refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), fc.boolean(), (bytes, binary) => {
      const read = readPageMessage(Buffer.from(bytes), binary);
      if (!binary) assert.equal(read, undefined);
      else if (read?.type === 'input') assert.deepEqual(new Uint8Array(read.bytes), bytes.subarray(1));
      else assert.equal(read !== undefined, bytes.length === 5 && (bytes[0] === 1 || bytes[0] === 2));
    }),
  );
});

test('credit never exceeds its window, and grows only by acknowledgements (TT-04)', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ spend: fc.boolean(), bytes: fc.nat(300) })), (steps) => {
      const credit = new Credit(256);
      let open = 0;
      for (const { spend, bytes } of steps) {
        if (spend && bytes <= credit.room) {
          assert.ok(credit.spend(bytes));
          open += bytes;
        } else if (!spend) {
          const may = bytes <= open;
          assert.equal(credit.acknowledge(bytes), may);
          if (may) open -= bytes;
        }
        assert.equal(credit.room, 256 - open);
      }
      assert.equal(credit.spend(credit.room + 1), false);
    }),
  );
});

interface Moment {
  /** Milliseconds since the terminal began. */
  readonly at: number;
  readonly key?: boolean;
  readonly due: Due;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const TIMES: readonly { readonly name: string; readonly moments: readonly Moment[] }[] = [
  {
    name: 'without keystrokes: one warning a minute before the end, then the end (TT-21)',
    moments: [
      { at: 0, due: { what: 'nothing', wait: 14 * MINUTE } },
      { at: 14 * MINUTE, due: { what: 'warn', limit: 'idle', left: MINUTE } },
      { at: 14 * MINUTE, due: { what: 'nothing', wait: MINUTE } },
      { at: 15 * MINUTE, due: { what: 'end', limit: 'idle' } },
    ],
  },
  {
    name: 'a keystroke after the warning: the time starts again, and there is another warning (TT-21)',
    moments: [
      { at: 14 * MINUTE, due: { what: 'warn', limit: 'idle', left: MINUTE } },
      { at: 14.5 * MINUTE, key: true, due: { what: 'nothing', wait: 14 * MINUTE } },
      { at: 28.5 * MINUTE, due: { what: 'warn', limit: 'idle', left: MINUTE } },
    ],
  },
  {
    name: 'eight hours of keystrokes: a warning a minute before the end, then the end (TT-21)',
    moments: [
      { at: 8 * HOUR - 2 * MINUTE, key: true, due: { what: 'nothing', wait: MINUTE } },
      { at: 8 * HOUR - MINUTE, key: true, due: { what: 'warn', limit: 'most', left: MINUTE } },
      { at: 8 * HOUR - MINUTE, due: { what: 'nothing', wait: MINUTE } },
      { at: 8 * HOUR, key: true, due: { what: 'end', limit: 'most' } },
    ],
  },
];

for (const { name, moments } of TIMES) {
  test(name, () => {
    const deadlines = new Deadlines({ idle: 15 * MINUTE, most: 8 * HOUR }, 0);
    for (const { at, key, due } of moments) {
      if (key === true) deadlines.touched(at);
      assert.deepEqual(deadlines.due(at), due, `at ${at}`);
    }
  });
}
