import { FLAG, FRAME, FRAME_HEADER_SIZE, MAX_FRAME_SIZE } from './codes.ts';
import { frameHead } from './frame-text.ts';
import type { DataPiece } from './stream-ends.ts';

/** Maximum number of frames in one write. A stream rarely writes more bytes at once. */
const MAX_FRAMES_PER_WRITE = 4;
const BUFFER_SIZE = MAX_FRAMES_PER_WRITE * (FRAME_HEADER_SIZE + MAX_FRAME_SIZE);

/**
 * Buffer for the frames of a large piece, so one write sends them. All connections of a thread share it. The copy costs less than a
 * write for each frame, and the caller can use the piece's own buffer again at once.
 */
let shared: Buffer | undefined;

/** DATA frames that carry the first bytes of a piece. */
export interface FramedData extends DataPiece {
  /** How many bytes of the piece the frames carry. */
  readonly taken: number;
}

/**
 * Puts the first bytes of a piece into DATA frames. The next call overwrites the result, unless `keepFrames` was called.
 * `isLast`: the piece is the last one of the stream, so the frame with its last byte has END_STREAM.
 */
export function frameData(id: number, { buf, start, end }: DataPiece, isLast: boolean): FramedData {
  shared ??= Buffer.allocUnsafeSlow(BUFFER_SIZE);
  let at = start;
  let to = 0;
  while (at < end && to < BUFFER_SIZE) {
    const next = Math.min(at + MAX_FRAME_SIZE, end);
    const flags = isLast && next === end ? FLAG.endStream : 0;
    shared.write(frameHead(next - at, FRAME.data, flags, id), to, 'latin1');
    to += FRAME_HEADER_SIZE;
    to += buf.copy(shared, to, at, next);
    at = next;
  }
  return { buf: shared, start: 0, end: to, taken: at - start };
}

/** A write still refers to the last result: `frameData` uses another buffer from now on. */
export function keepFrames(): void {
  shared = undefined;
}
