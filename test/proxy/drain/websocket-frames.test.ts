/** Where frames end, compared with the frames that `ws` writes, however they are split (hazards DR-02, DR-03). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ws from 'ws';
import { WebSocketFrames } from '../../../src/proxy/drain/websocket-frames.ts';

/** A class that `ws` exports but its types omit. */
const { Sender } = ws as unknown as {
  readonly Sender: { frame(data: Buffer, options: Record<string, unknown>): Buffer[] };
};

interface Frame {
  readonly opcode: number;
  readonly size: number;
  readonly fin?: boolean;
  readonly rsv1?: boolean;
}

function written(frames: readonly Frame[], mask: boolean): { bytes: Buffer; ends: number[] } {
  const ends: number[] = [];
  const parts: Buffer[] = [];
  let length = 0;
  for (const { opcode, size, fin = true, rsv1 = false } of frames) {
    const options = { fin, rsv1, opcode, mask, readOnly: true };
    const frame = Buffer.concat(Sender.frame(Buffer.alloc(size, 0x88), options));
    parts.push(frame);
    ends.push((length += frame.length));
  }
  return { bytes: Buffer.concat(parts), ends };
}

/** Fragments with a ping between them, all forms of length, and payloads that look like Close frames. */
const FRAMES: readonly Frame[] = [
  { opcode: 1, size: 0 },
  { opcode: 1, size: 5, fin: false },
  { opcode: 9, size: 125 },
  { opcode: 0, size: 0, fin: false },
  { opcode: 0, size: 125 },
  { opcode: 2, size: 126 },
  { opcode: 10, size: 0 },
  { opcode: 2, size: 65_535 },
  { opcode: 2, size: 65_536 },
  { opcode: 1, size: 1 },
];

for (const mask of [false, true]) {
  const { bytes, ends } = written(FRAMES, mask);
  const name = mask ? 'masked' : 'unmasked';

  test(`${name} frames, byte for byte (DR-02)`, () => {
    const frames = new WebSocketFrames(false);
    const seen: number[] = [];
    for (let at = 0; at < bytes.length; at += 1) {
      frames.take(bytes, at, at + 1);
      if (frames.isBetween) seen.push(at + 1);
    }
    assert.deepEqual(seen, ends);
  });

  test(`${name} frames, each alone and two in a piece (DR-02)`, () => {
    for (const pieces of [1, 2]) {
      const frames = new WebSocketFrames(false);
      const cuts = ends.filter((_, at) => at % pieces === pieces - 1);
      for (const [at, cut] of cuts.entries()) {
        frames.take(bytes, cuts[at - 1] ?? 0, cut);
        assert.ok(frames.isBetween, `${cut}`);
      }
    }
  });

  test(`${name} frames, split in two anywhere near the end of one (DR-02)`, () => {
    for (const end of [0, ...ends]) {
      for (let cut = Math.max(end - 16, 0); cut <= Math.min(end + 16, bytes.length); cut += 1) {
        const frames = new WebSocketFrames(false);
        frames.take(bytes, 0, cut);
        const next = cut === 0 || ends.includes(cut) ? cut : (ends.find((it) => it > cut) ?? Number.NaN);
        assert.equal(frames.takeFrame(bytes, cut, bytes.length), next, `cut at ${cut}`);
        assert.ok(frames.isBetween);
      }
    }
  });
}

test('no bytes may follow a Close frame', () => {
  const frames = new WebSocketFrames(false);
  const { bytes } = written([{ opcode: 8, size: 2 }], true);
  frames.take(bytes, 0, bytes.length - 1);
  assert.ok(!frames.closed);
  frames.take(bytes, bytes.length - 1, bytes.length);
  assert.ok(frames.closed && !frames.isBetween);
});

const LONG = [0x82, 0x7f];

for (const [name, bytes, extended = false] of [
  ['a bit of an extension that was not negotiated', [0xc1, 0]],
  ['an opcode that no version defines', [0x83, 0]],
  ['an unknown control frame', [0x8b, 0]],
  ['a control frame in fragments', [0x09, 0]],
  ['a control frame of 126 bytes', [0x89, 0x7e]],
  ['the highest bit of a length', [...LONG, 0x80, 0, 0, 0, 0, 0, 0, 0]],
  ['a length above the safe integers', [...LONG, 0, 0x20, 0, 0, 0, 0, 0, 0]],
  ['an answer of HTTP', [...Buffer.from('HTTP/1.1')]],
  ['an opcode that no version defines, with extensions', [0xf3, 0], true],
] satisfies [string, number[], boolean?][]) {
  test(`${name} is not a WebSocket, and all its bytes are ignored (DR-03)`, () => {
    const frames = new WebSocketFrames(extended);
    const all = Buffer.from([...bytes, 0x81, 0]);
    frames.take(all, 0, all.length);
    assert.deepEqual([frames.opaque, frames.isBetween], [true, false]);
    assert.equal(frames.takeFrame(all, 0, all.length), all.length);
  });
}

test('a compressed message is valid where an extension was negotiated', () => {
  const { bytes } = written([{ opcode: 1, size: 200, rsv1: true }], false);
  const frames = new WebSocketFrames(true);
  frames.take(bytes, 0, bytes.length);
  assert.ok(frames.isBetween);
});
