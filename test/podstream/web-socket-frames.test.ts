import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_PAYLOAD_BYTES } from '../../src/podstream/channel-frames.ts';
import { controlFrame, frameSpace, writeFrames } from '../../src/podstream/client-frames.ts';
import type { MessagePiece } from '../../src/podstream/port-forward.ts';
import { closeCode, ServerFrames } from '../../src/podstream/server-frames.ts';
import { readFrame } from '../fixtures/kubernetes-api/streams/web-socket-frames.ts';
import { BINARY, CLOSE, frame, PING, PONG, TEXT } from '../fixtures/stream-server.ts';

interface Read {
  readonly frames: ServerFrames;
  /** The messages: the channel, and the bytes after it. */
  readonly messages: [number | undefined, string][];
  readonly controls: [number, string][];
  /** Bytes that were not read. */
  readonly unread: number;
}

/**
 * Reads pieces, each in a buffer that is overwritten afterwards. The reader stops after every `most` pieces of
 * messages.
 */
function read(pieces: readonly Uint8Array[], most = Number.POSITIVE_INFINITY): Read {
  const messages: Read['messages'] = [];
  const controls: Read['controls'] = [];
  let taken = 0;
  let isOpen = false;
  const piece = ({ channel, bytes, begins, ends }: MessagePiece): boolean => {
    assert.equal(begins, !isOpen, 'a message begins after the end of the last one');
    isOpen = !ends;
    if (begins) messages.push([channel, '']);
    const message = messages.at(-1);
    if (message !== undefined) message[1] += Buffer.from(bytes).toString('latin1');
    taken += 1;
    return taken % most !== 0;
  };
  const frames = new ServerFrames({
    piece,
    control: (opcode, payload) => controls.push([opcode, payload.toString('latin1')]),
  });
  let unread = 0;
  for (const bytes of pieces) {
    const buffer = Buffer.concat([Buffer.alloc(3), bytes]);
    let at = 3;
    while (at < buffer.length && !frames.isOver) {
      const next = frames.take(buffer, at, buffer.length);
      assert.ok(next > at, 'each call reads at least one byte');
      at = next;
    }
    unread += buffer.length - at;
    buffer.fill(0xee);
  }
  return { frames, messages, controls, unread };
}

/** Cuts bytes into pieces of these sizes, in turn. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = sizes[pieces.length % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 8 });

test('messages of a server arrive with any cuts, fragments and control frames between them', () => {
  const message = fc.record({
    channel: fc.nat({ max: 255 }),
    payload: fc.uint8Array({ maxLength: 400 }),
    fragments: fc.array(fc.nat({ max: 200 }), { maxLength: 3 }),
    ping: fc.option(fc.uint8Array({ maxLength: 125 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 12 }),
      sizes,
      fc.integer({ min: 1, max: 5 }),
      (sent, cuts, most) => {
        const wire: Buffer[] = [];
        for (const { channel, payload, fragments, ping } of sent) {
          let rest = Buffer.from([channel, ...payload]);
          let opcode = BINARY;
          for (const size of fragments) {
            wire.push(frame(opcode, rest.subarray(0, size), { fin: false }));
            rest = rest.subarray(size);
            opcode = 0;
            if (ping !== undefined) wire.push(frame(PING, ping));
          }
          wire.push(frame(opcode, rest));
        }
        const got = read(cut(Buffer.concat(wire), cuts), most);
        assert.deepEqual(
          got.messages,
          sent.map(({ channel, payload }) => [channel, Buffer.from(payload).toString('latin1')]),
        );
        const pings = sent
          .flatMap(({ ping, fragments }) => fragments.map(() => ping))
          .filter((it) => it !== undefined);
        assert.deepEqual(
          got.controls,
          pings.map((it) => [PING, Buffer.from(it).toString('latin1')]),
        );
        assert.equal(got.frames.violation, undefined);
      },
    ),
  );
});

test('an empty message has no channel, and a message of 1 MB is not collected', () => {
  assert.deepEqual(read([frame(BINARY, '')]).messages, [[undefined, '']]);
  assert.deepEqual(read([frame(BINARY, '', { fin: false }), frame(0, '')]).messages, [[undefined, '']]);
  const [large] = read(cut(frame(BINARY, Buffer.alloc(1_000_001, 1)), [16_384])).messages;
  assert.deepEqual([large?.[0], large?.[1].length], [1, 1_000_000]);
});

test('a frame has the shortest form of its length: 125 and 126 bytes, 65,535 and 65,536', () => {
  for (const length of [125, 126, 65_535, 65_536]) {
    const { messages, frames } = read([frame(BINARY, Buffer.alloc(length, 1))]);
    assert.deepEqual([messages[0]?.[1].length, frames.violation], [length - 1, undefined]);
  }
});

const VIOLATIONS: readonly (readonly [string, readonly Uint8Array[], number, RegExp])[] = [
  ['a text message', [frame(TEXT, 'x')], 1003, /text message/],
  ['reserved bits', [frame(BINARY, 'x', { rsv: 1 })], 1002, /reserved bits/],
  ['an unknown opcode', [frame(3, 'x')], 1002, /opcode 3/],
  ['an unknown control frame', [frame(11, 'x')], 1002, /opcode 11/],
  ['a masked frame', [frame(BINARY, 'x', { masked: true })], 1002, /masked/],
  ['a continuation without a first frame', [frame(0, 'x')], 1002, /opcode 0/],
  ['a message within a message', [frame(BINARY, 'x', { fin: false }), frame(BINARY, 'x')], 1002, /opcode 2/],
  ['a fragmented ping', [frame(PING, 'x', { fin: false })], 1002, /fragmented/],
  ['a long ping', [frame(PING, Buffer.alloc(126))], 1002, /too long/],
  ['a length of 0 in 16 bits', [frame(BINARY, '', { lengthBytes: 2 })], 1002, /minimally/],
  ['a length of 125 in 16 bits', [frame(BINARY, Buffer.alloc(125), { lengthBytes: 2 })], 1002, /minimally/],
  ['a length of 126 in 64 bits', [frame(BINARY, Buffer.alloc(126), { lengthBytes: 8 })], 1002, /minimally/],
  [
    'a length of 65,535 in 64 bits',
    [frame(BINARY, '', { length: 65_535n, lengthBytes: 8 })],
    1002,
    /minimally/,
  ],
  ['a length of 2^63', [frame(BINARY, 'x', { length: 2n ** 63n })], 1009, /too long/],
  ['half of a close code', [frame(CLOSE, 'x')], 1002, /invalid code/],
  ['a close code that only a program may have', [frame(CLOSE, Buffer.of(0x03, 0xee))], 1002, /invalid code/],
  ['a close code that is reserved', [frame(CLOSE, Buffer.of(0x0b, 0xb7, 0x20))], 1002, /invalid code/],
];

test('a message that no server may send ends the stream', async (t) => {
  for (const [name, wire, code, detail] of VIOLATIONS) {
    await t.test(name, () => {
      for (const pieces of [wire, cut(Buffer.concat(wire), [1])]) {
        const { frames, controls } = read([...pieces, frame(BINARY, 'after')]);
        assert.equal(frames.violation?.code, code);
        assert.match(frames.violation.detail, detail);
        assert.deepEqual(controls, []);
      }
    });
  }
});

test('a close frame is the last one that is read', () => {
  for (const [payload, code] of [
    [Buffer.of(), 1005],
    [Buffer.of(0x03, 0xe8), 1000],
    [Buffer.of(0x0b, 0xb8, 0x21), 3000],
  ] as const) {
    const after = frame(BINARY, 'after');
    const { frames, messages, controls, unread } = read([
      Buffer.concat([frame(PONG, 'p'), frame(CLOSE, payload), after]),
    ]);
    assert.deepEqual(
      [frames.isOver, frames.violation, messages, unread],
      [true, undefined, [], after.length],
    );
    assert.deepEqual(controls, [
      [PONG, 'p'],
      [CLOSE, payload.toString('latin1')],
    ]);
    assert.equal(closeCode(payload), code);
  }
});

test('no bytes cause an exception', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (pieces) => {
      read(pieces);
    }),
  );
});

test('frames for a server have the bytes, a mask and no fragment, at any length', () => {
  const lengths = fc.oneof(
    fc.nat({ max: 300 }),
    fc.integer({ min: MAX_PAYLOAD_BYTES - 5, max: MAX_PAYLOAD_BYTES + 5 }),
    fc.integer({ min: 2 * MAX_PAYLOAD_BYTES - 5, max: 2 * MAX_PAYLOAD_BYTES + 300 }),
  );
  const masks = new Set<string>();
  fc.assert(
    fc.property(lengths, fc.nat({ max: 255 }), (length, channel) => {
      const sent = Buffer.from(Array.from({ length }, (_, at) => (at * 7) & 0xff));
      const space = frameSpace(length);
      let rest = space.bytes.subarray(0, writeFrames(space, channel, sent));
      const got: Buffer[] = [];
      while (rest.length > 0) {
        const head = rest.subarray(2, 8);
        const short = (rest[1] ?? 0) & 0x7f;
        masks.add(
          head
            .subarray(short === 126 ? 2 : 0)
            .subarray(0, 4)
            .toString('hex'),
        );
        const one = readFrame(rest);
        assert.ok(typeof one === 'object', 'a whole frame');
        assert.deepEqual([one.opcode, one.payload[0]], [BINARY, channel]);
        assert.ok(one.payload.length > 1 && one.payload.length <= MAX_PAYLOAD_BYTES + 1);
        assert.equal(short, one.payload.length < 126 ? one.payload.length : 126);
        got.push(one.payload.subarray(1));
        rest = rest.subarray(one.size);
      }
      assert.deepEqual(Buffer.concat(got), sent);
    }),
  );
  assert.ok(masks.size > 50, 'each frame has a mask of its own');
  for (const length of [0, 1, 2, 125]) {
    const payload = Buffer.alloc(length, 'p');
    const bytes = controlFrame(PING, payload);
    const one = readFrame(bytes);
    assert.ok(typeof one === 'object');
    assert.deepEqual([one.opcode, one.payload, one.size], [PING, payload, bytes.length]);
  }
});
