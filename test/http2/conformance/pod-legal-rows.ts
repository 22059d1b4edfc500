/** Frames of pods that are valid, ignored or late (RFC 9113 sections 4 to 6), and header compression (RFC 7541). */
import {
  data,
  FLAG,
  FRAME,
  frame,
  reset,
  SETTING,
  settings,
  windowUpdate,
} from '../../fixtures/http2/frames.ts';
import { ENTRY, FIRST_DYNAMIC, indexed, literal, tableSize } from '../../fixtures/http2/hpack-forms.ts';
import { HEAD, CONNECTION_LOST, OK, OPEN, whole } from '../../fixtures/http2/pod-answers.ts';
import {
  ended,
  type PodRow,
  podRowsOf,
  type ShortPodRow,
  wasReset,
} from '../../fixtures/http2/pod-conformance.ts';
import { headers } from '../../fixtures/http2/raw-http2-client.ts';

const { endHeaders, endStream } = FLAG;
const only = (make: (id: number) => Buffer) => (id: number) => [make(id)];
/** These frames and then a complete answer, which they must not change. */
const then =
  (...frames: readonly Buffer[]) =>
  (id: number) => [...frames, ...whole(id)];
const block = (id: number, ...parts: readonly Buffer[]) =>
  frame(FRAME.headers, endHeaders | endStream, id, Buffer.concat(parts));
const noContent = (id: number) => block(id, indexed(ENTRY.status200 + 1));

const HPACK: readonly ShortPodRow[] = [
  ['7541 6.1: the index 0', only((id) => block(id, indexed(0))), CONNECTION_LOST, ended('compressionError')],
  [
    '7541 2.3.3: an index above the tables',
    only((id) => block(id, indexed(FIRST_DYNAMIC))),
    CONNECTION_LOST,
    ended('compressionError'),
  ],
  [
    '7541 6.3: a table above the size that is allowed',
    only((id) => block(id, tableSize(4_097), indexed(ENTRY.status200))),
    CONNECTION_LOST,
    ended('compressionError'),
  ],
  [
    '7541 4.2: a size after a field',
    only((id) => block(id, indexed(ENTRY.status200), tableSize(0))),
    CONNECTION_LOST,
    ended('compressionError'),
  ],
  [
    '7541 5.1: a number without an end',
    only((id) => block(id, Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff))),
    CONNECTION_LOST,
    ended('compressionError'),
  ],
  [
    '7541 5.2: a string longer than its block',
    only((id) => block(id, Buffer.of(0x48, 9, 0x32))),
    CONNECTION_LOST,
    ended('compressionError'),
  ],
  [
    '7541 5.2: invalid padding of Huffman code',
    only((id) => block(id, Buffer.of(0x48, 0x81, 0))),
    CONNECTION_LOST,
    ended('compressionError'),
  ],
  [
    '7541: trailers that are not valid HPACK',
    (id) => [headers(id, HEAD, 'more'), data(id, 'x'), block(id, indexed(0))],
    ['cut', ...CONNECTION_LOST],
    ended('compressionError'),
  ],
  [
    '7541: entries, sizes and Huffman code',
    (id) => [
      block(
        id,
        tableSize(0),
        tableSize(4_096),
        literal('kept', ENTRY.status200, '204'),
        literal('kept', 't-a', '1'),
        indexed(FIRST_DYNAMIC),
      ),
    ],
    ['204'],
    OPEN,
  ],
];

/** Valid frames, and frames that the router must ignore. */
const RIGHT: readonly ShortPodRow[] = [
  ['4.1: an unknown frame', then(frame(0xfa, 0xff, 0, Buffer.alloc(100))), OK, OPEN],
  ['4.1: an unknown frame of the stream', (id) => [frame(0xfa, 0xff, id), ...whole(id)], OK, OPEN],
  [
    '4.1: ALTSVC and ORIGIN (RFC 7838, RFC 8336)',
    then(frame(0xa, 0, 0, Buffer.from('\0\x08http://aclear')), frame(0xc, 0, 0)),
    OK,
    OPEN,
  ],
  [
    '5.3: PRIORITY of the stream and of an idle one',
    (id) => [
      frame(FRAME.priority, 0, id, Buffer.alloc(5)),
      frame(FRAME.priority, 0, id + 100, Buffer.alloc(5)),
      ...whole(id),
    ],
    OK,
    OPEN,
  ],
  [
    '6.5.2: settings of every kind',
    then(
      settings([
        [SETTING.headerTableSize, 0],
        [SETTING.enablePush, 0],
        [SETTING.maxFrame, 2 ** 24 - 1],
        [SETTING.maxHeaderList, 1],
        [SETTING.enableConnect, 1],
        [0xff, 1],
      ]),
    ),
    OK,
    OPEN,
  ],
  [
    '6.5.3: SETTINGS ten times',
    then(...Array.from({ length: 10 }, () => settings([[SETTING.maxStreams, 100]]))),
    OK,
    OPEN,
  ],
  [
    '6.1: padding of DATA',
    (id) => [
      headers(id, HEAD, 'more'),
      frame(FRAME.data, FLAG.padded | endStream, id, Buffer.from('\x04ok\0\0\0\0')),
    ],
    OK,
    OPEN,
  ],
  [
    '6.2: padding and priority of HEADERS',
    (id) => [
      frame(
        FRAME.headers,
        endHeaders | FLAG.padded | FLAG.priority,
        id,
        Buffer.from('020000000010880000', 'hex'),
      ),
      data(id, 'ok', 'end'),
    ],
    OK,
    OPEN,
  ],
  [
    '6.10: a block in three frames, of which two are empty',
    (id) => [
      frame(FRAME.headers, 0, id),
      frame(FRAME.continuation, 0, id, indexed(ENTRY.status200)),
      frame(FRAME.continuation, endHeaders, id),
      data(id, 'ok', 'end'),
    ],
    OK,
    OPEN,
  ],
  [
    '6.9: WINDOW_UPDATE of the stream and of the connection',
    (id) => [windowUpdate(id, 1), windowUpdate(0, 1), ...whole(id), windowUpdate(id, 1)],
    OK,
    OPEN,
  ],
  [
    '5.1: empty DATA ends the answer',
    (id) => [headers(id, HEAD, 'more'), data(id, 'o'), data(id, ''), data(id, 'k'), data(id, '', 'end')],
    OK,
    OPEN,
  ],
  ['5.1: HEADERS end the answer', only(noContent), ['204'], OPEN],
];

/** Frames after a complete answer, which they must not change. */
const LATE: readonly ShortPodRow[] = [
  [
    '5.1: DATA after END_STREAM',
    (id) => [...whole(id), data(id, 'x')],
    OK,
    ['open', ...wasReset('streamClosed')],
  ],
  [
    '5.1: HEADERS after END_STREAM',
    (id) => [...whole(id), headers(id, HEAD)],
    OK,
    ['open', ...wasReset('streamClosed')],
  ],
  ['5.1: RST_STREAM after END_STREAM', (id) => [...whole(id), reset(id, 8)], OK, OPEN],
  [
    '5.1: WINDOW_UPDATE of 0 after END_STREAM',
    (id) => [...whole(id), windowUpdate(id, 0)],
    OK,
    ['open', ...wasReset('protocolError')],
  ],
];

export const POD_LEGAL_ROWS: readonly PodRow[] = podRowsOf([...HPACK, ...RIGHT, ...LATE]);
