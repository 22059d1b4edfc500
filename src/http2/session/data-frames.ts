import { FLAG, FRAME, FRAME_HEAD, FRAME_SIZE } from './codes.ts';
import { frameHead } from './frame-text.ts';
import type { DataPiece } from './stream-ends.ts';

/** Frames that are laid together. What a stream writes at once is hardly ever longer. */
const AT_ONCE = 4;
const SIZE = AT_ONCE * (FRAME_HEAD + FRAME_SIZE);

/**
 * Where the frames of a large piece are laid together, so that they leave with one write; one for all connections of a thread. The
 * copy costs less than a write for each frame, and what the piece lies in is free at once.
 */
let shared: Buffer | undefined;

/** The first bytes of a piece in frames. */
export interface FramedData extends DataPiece {
  /** Bytes of the piece. */
  readonly taken: number;
}

/** The first DATA frames of a piece; in memory that is overwritten by the next call, unless `keepFrames` is called. */
export function frameData(id: number, { buf, start, end }: DataPiece, isLast: boolean): FramedData {
  shared ??= Buffer.allocUnsafeSlow(SIZE);
  let at = start;
  let to = 0;
  while (at < end && to < SIZE) {
    const next = Math.min(at + FRAME_SIZE, end);
    const flags = isLast && next === end ? FLAG.endStream : 0;
    shared.write(frameHead(next - at, FRAME.data, flags, id), to, 'latin1');
    to += FRAME_HEAD;
    to += buf.copy(shared, to, at, next);
    at = next;
  }
  return { buf: shared, start: 0, end: to, taken: at - start };
}

/** A write still refers to the frames: the next ones are laid elsewhere. */
export function keepFrames(): void {
  shared = undefined;
}
