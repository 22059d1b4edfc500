/** Frames in general (RFC 9113 sections 4, 5.5 and 6.10). */
import {
  answered,
  connectionError,
  type ConformanceRow,
  rowsOf,
  type ShortRow,
  streamError,
} from '../../fixtures/http2/conformance.ts';
import { data, FLAG, FRAME, frame, ping, settings } from '../../fixtures/http2/frames.ts';
import { SMALL_GET } from '../../fixtures/http2/hpack-forms.ts';
import { headers, pseudo } from '../../fixtures/http2/raw-http2-client.ts';

const GET = pseudo();
const POST = pseudo('POST');
/** A request whose pod never answers. */
const SILENT = pseudo('POST', '/silent');
const { continuation, headers: head } = FRAME;
const { endHeaders, endStream, padded, priority } = FLAG;
const UNKNOWN = 0xfa;

/** The frame with the reserved bit in its header set. */
function reserved(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[5] = (copy[5] as number) | 0x80;
  return copy;
}

/** The header block of a GET in `count` frames: one octet in each frame, the remaining octets in the last. */
function inFrames(id: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) => {
    const isLast = at === count - 1;
    const flags = (at === 0 ? endStream : 0) | (isLast ? endHeaders : 0);
    return frame(
      at === 0 ? head : continuation,
      flags,
      id,
      SMALL_GET.subarray(at, isLast ? undefined : at + 1),
    );
  });
}

/** The pad length, the content, and the padding. */
const withPadding = (content: Buffer, size: number) =>
  Buffer.concat([Buffer.of(size), content, Buffer.alloc(size)]);

const begun = (id: number) => frame(head, endStream, id, SMALL_GET.subarray(0, 1));
const rest = SMALL_GET.subarray(1);
const ended = (id: number) => frame(continuation, endHeaders, id, rest);
const whole = frame(head, endHeaders | endStream, 1, SMALL_GET);

const FORMAT: readonly ShortRow[] = [
  [
    '4.1: a frame of unknown type is ignored',
    [frame(UNKNOWN, 0, 0, Buffer.alloc(8)), headers(1, GET)],
    [answered(1)],
  ],
  [
    '5.5: an unknown frame on an idle stream',
    [frame(UNKNOWN, 0xff, 7, Buffer.alloc(8)), headers(1, GET)],
    [answered(1)],
  ],
  [
    '5.5: an unknown frame on an open stream',
    [headers(1, POST, 'more'), frame(UNKNOWN, 1, 1), data(1, 'x', 'end')],
    ['1: 200 a POST /'],
  ],
  [
    '5.5: an unknown frame of the largest size',
    [frame(UNKNOWN, 0, 0, Buffer.alloc(16_384)), headers(1, GET)],
    [answered(1)],
  ],
  [
    '4.2: an unknown frame above the largest size',
    [frame(UNKNOWN, 0, 0, Buffer.alloc(16_385))],
    connectionError('frameSizeError'),
  ],
  [
    '4.1: undefined flags are ignored: PING',
    [frame(FRAME.ping, 0xfe, 0, Buffer.alloc(8)), headers(1, GET)],
    [answered(1)],
  ],
  [
    '4.1: undefined flags are ignored: HEADERS',
    [frame(head, endHeaders | endStream | 0xd2, 1, SMALL_GET)],
    [answered(1)],
  ],
  [
    '4.1: undefined flags are ignored: DATA',
    [headers(1, POST, 'more'), frame(FRAME.data, 0xf7, 1)],
    ['1: 200 a POST /'],
  ],
  [
    '4.1: undefined flags are ignored: SETTINGS',
    [frame(FRAME.settings, 0xfe, 0), headers(1, GET)],
    [answered(1)],
  ],
  ['4.1: the reserved bit is ignored: HEADERS', [reserved(whole)], [answered(1)]],
  ['4.1: the reserved bit is ignored: PING', [reserved(ping()), headers(1, GET)], [answered(1)]],
  [
    '4.1: the reserved bit is ignored: DATA',
    [headers(1, POST, 'more'), reserved(data(1, 'x', 'end'))],
    ['1: 200 a POST /'],
  ],
  [
    '6.9: the reserved bit of an increment is ignored',
    [frame(FRAME.windowUpdate, 0, 0, Buffer.of(0x80, 0, 0, 1)), headers(1, GET)],
    [answered(1)],
  ],
  [
    '6.8: the reserved bit of the last stream is ignored',
    [
      frame(FRAME.windowUpdate, 0, 0, Buffer.of(0, 0, 0, 1)),
      frame(FRAME.goaway, 0, 0, Buffer.from('8000000000000000', 'hex')),
    ],
    connectionError('noError'),
  ],
  [
    '4.2: DATA of the largest size',
    [headers(1, POST, 'more'), data(1, Buffer.alloc(16_384), 'end')],
    ['1: 200 a POST /'],
  ],
  [
    '4.2: DATA above the largest size',
    [headers(1, SILENT, 'more'), data(1, Buffer.alloc(16_385))],
    streamError(1, 'frameSizeError'),
  ],
  [
    '4.2: HEADERS above the largest size',
    [frame(head, endHeaders | endStream, 1, Buffer.alloc(16_385))],
    connectionError('frameSizeError'),
  ],
  [
    '4.2: SETTINGS above the largest size',
    [frame(FRAME.settings, 0, 0, Buffer.alloc(16_386))],
    connectionError('frameSizeError'),
  ],
  [
    '4.2: PRIORITY above the largest size',
    [frame(FRAME.priority, 0, 1, Buffer.alloc(16_385))],
    connectionError('frameSizeError'),
  ],
  [
    '4.2: the header of a frame of 2^24 - 1 octets',
    [frame(FRAME.data, 0, 1, Buffer.alloc(2 ** 24 - 1)).subarray(0, 9), Buffer.alloc(64)],
    connectionError('frameSizeError'),
  ],
];

const BLOCKS: readonly ShortRow[] = [
  ['6.10: a block in two frames', [begun(1), ended(1)], [answered(1)]],
  ['6.10: a block in four frames', inFrames(1, 4), [answered(1)]],
  // The RFC has no limit for the number of frames, but a server needs one (CVE-2024-27316).
  [
    '10.5.1: a block in as many frames as octets',
    inFrames(1, SMALL_GET.length),
    [answered(1), ...connectionError('enhanceYourCalm', 'internalError', 'protocolError')],
  ],
  [
    '6.10: an empty HEADERS, then the block',
    [frame(head, endStream, 1), frame(continuation, endHeaders, 1, SMALL_GET)],
    [answered(1)],
  ],
  [
    '6.10: an empty last CONTINUATION',
    [frame(head, endStream, 1, SMALL_GET), frame(continuation, endHeaders, 1)],
    [answered(1)],
  ],
  [
    '6.10: undefined flags of CONTINUATION, END_STREAM among them',
    [frame(head, 0, 1, SMALL_GET), frame(continuation, endHeaders | 0xfb, 1), data(1, '', 'end')],
    [answered(1)],
  ],
  [
    '6.10: CONTINUATION has no padding',
    [
      frame(head, endStream | padded, 1, withPadding(SMALL_GET.subarray(0, 1), 9)),
      frame(continuation, endHeaders | padded, 1, rest),
    ],
    [answered(1)],
  ],
  [
    '6.10: CONTINUATION has no priority',
    [
      frame(
        head,
        endStream | priority,
        1,
        Buffer.concat([Buffer.of(0, 0, 0, 0, 15), SMALL_GET.subarray(0, 1)]),
      ),
      frame(continuation, endHeaders | priority, 1, rest),
    ],
    [answered(1)],
  ],
  [
    '6.10: CONTINUATION without HEADERS before it',
    [frame(continuation, endHeaders, 1, SMALL_GET)],
    connectionError('protocolError'),
  ],
  [
    '6.10: CONTINUATION on stream 0',
    [begun(1), frame(continuation, endHeaders, 0, rest)],
    connectionError('protocolError'),
  ],
  ['6.10: CONTINUATION of another stream', [begun(1), ended(3)], connectionError('protocolError')],
  ['6.10: CONTINUATION after END_HEADERS', [headers(1, SILENT), ended(1)], connectionError('protocolError')],
  [
    '6.10: CONTINUATION after the end of a block of two frames',
    [begun(1), ended(1), ended(1)],
    connectionError('protocolError'),
  ],
  [
    '6.10: CONTINUATION after DATA',
    [headers(1, SILENT, 'more'), data(1, 'x'), ended(1)],
    connectionError('protocolError'),
  ],
  ['6.10: CONTINUATION after SETTINGS', [settings([]), ended(1)], connectionError('protocolError')],
  [
    '4.2: CONTINUATION above the largest size',
    [begun(1), frame(continuation, endHeaders, 1, Buffer.alloc(16_385))],
    connectionError('frameSizeError'),
  ],
];

/** Section 6.10: no frame is allowed between the frames of a block, not even one that is ignored elsewhere. */
const BETWEEN: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['HEADERS of the same stream', whole],
  ['HEADERS of another stream', frame(head, endHeaders | endStream, 3, SMALL_GET)],
  ['DATA', data(1, 'x')],
  ['DATA of another stream', data(3, 'x')],
  ['PRIORITY', frame(FRAME.priority, 0, 1, Buffer.of(0, 0, 0, 0, 15))],
  ['RST_STREAM', frame(FRAME.reset, 0, 1, Buffer.of(0, 0, 0, 8))],
  ['SETTINGS', settings([])],
  ['the acknowledgement of SETTINGS', frame(FRAME.settings, FLAG.ack, 0)],
  ['PUSH_PROMISE', frame(FRAME.pushPromise, endHeaders, 1, Buffer.of(0, 0, 0, 2))],
  ['PING', ping()],
  ['GOAWAY', frame(FRAME.goaway, 0, 0, Buffer.alloc(8))],
  ['WINDOW_UPDATE', frame(FRAME.windowUpdate, 0, 0, Buffer.of(0, 0, 0, 1))],
  ['an unknown frame', frame(UNKNOWN, 0, 0)],
  ['an unknown frame of the same stream', frame(UNKNOWN, 0, 1, Buffer.alloc(4))],
];

export const FRAME_ROWS: readonly ConformanceRow[] = [
  ...rowsOf(FORMAT),
  ...rowsOf(BLOCKS),
  ...BETWEEN.map(
    ([what, bytes]): ConformanceRow => ({
      name: `6.10: ${what} within a header block`,
      sends: [begun(1), bytes, ended(1)],
      accepts: connectionError('protocolError'),
    }),
  ),
];
