/** Streams: their states, ids and number (RFC 9113 section 5), and frames that the state of a stream does not allow. */
import {
  answered,
  connectionError,
  type ConformanceRow,
  rowsOf,
  type ShortRow,
  streamError,
} from '../../fixtures/http2/conformance.ts';
import { CODE, data, FLAG, FRAME, frame, ping, reset, windowUpdate } from '../../fixtures/http2/frames.ts';
import { SMALL_GET } from '../../fixtures/http2/hpack-forms.ts';
import { headers, pseudo, type RawHttp2Client } from '../../fixtures/http2/raw-http2-client.ts';

const GET = pseudo();
const POST = pseudo('POST');
/** A request whose pod never answers. */
const SILENT = pseudo('POST', '/silent');
const PRIORITY = Buffer.of(0, 0, 0, 0, 15);
const { priority } = FRAME;

const continuation = (id: number) => frame(FRAME.continuation, FLAG.endHeaders, id, SMALL_GET);
const cancel = (id: number) => reset(id, CODE.cancel);
/** A request that the router answers. Then both sides have ended the stream. */
const CLOSED = [headers(1, GET)];
const CANCELLED = [headers(1, SILENT, 'more'), cancel(1)];
const HALF = [headers(1, SILENT)];

const IDLE: readonly ShortRow[] = [
  [
    '5.1: DATA on an idle stream above an open one',
    [...HALF, data(3, 'x')],
    connectionError('protocolError', 'streamClosed'),
  ],
  ['5.1: empty DATA on an idle stream', [data(1, '')], connectionError('protocolError')],
  [
    '5.1: RST_STREAM on an idle stream above an open one',
    [...HALF, cancel(3)],
    connectionError('protocolError'),
  ],
  ['5.1: WINDOW_UPDATE on an idle stream', [windowUpdate(1, 1)], connectionError('protocolError')],
  [
    '5.1: WINDOW_UPDATE on an idle stream above an open one',
    [...HALF, windowUpdate(3, 1)],
    connectionError('protocolError'),
  ],
  ['5.1: CONTINUATION on an idle stream', [continuation(3)], connectionError('protocolError')],
  ['5.1: DATA on an idle stream of the router', [data(2, 'x')], connectionError('protocolError')],
  ['5.1: RST_STREAM on an idle stream of the router', [cancel(2)], connectionError('protocolError')],
  [
    '5.1: WINDOW_UPDATE on an idle stream of the router',
    [windowUpdate(2, 1)],
    connectionError('protocolError'),
  ],
  ['5.1: PRIORITY on an idle stream', [frame(priority, 0, 5, PRIORITY), headers(1, GET)], [answered(1)]],
  [
    '5.1: PRIORITY on an idle stream of the router',
    [frame(priority, 0, 2, PRIORITY), headers(1, GET)],
    [answered(1)],
  ],
];

/** Frames on a half-closed (remote) stream: the client has sent END_STREAM. */
const HALF_CLOSED: readonly ShortRow[] = [
  ['5.1: DATA on a half-closed stream', [...HALF, data(1, 'x')], streamError(1, 'streamClosed')],
  [
    '5.1: empty DATA with END_STREAM on a half-closed stream',
    [...HALF, data(1, '', 'end')],
    streamError(1, 'streamClosed'),
  ],
  [
    '5.1: HEADERS on a half-closed stream',
    [...HALF, headers(1, [['x-a', '1']])],
    streamError(1, 'streamClosed'),
  ],
  ['5.1: a request on a half-closed stream', [...HALF, headers(1, GET)], streamError(1, 'streamClosed')],
  [
    '5.1: CONTINUATION on a half-closed stream',
    [...HALF, continuation(1)],
    connectionError('protocolError', 'streamClosed'),
  ],
  ['5.1: WINDOW_UPDATE on a half-closed stream', [...HALF, windowUpdate(1, 1)], ['1: open']],
  ['5.1: PRIORITY on a half-closed stream', [...HALF, frame(priority, 0, 1, PRIORITY)], ['1: open']],
  ['5.1: RST_STREAM on a half-closed stream', [...HALF, cancel(1)], ['1: open']],
];

/** Frames on a stream that the client has reset. */
const RESET: readonly ShortRow[] = [
  [
    '5.1: DATA after the RST_STREAM of the client',
    [...CANCELLED, data(1, 'x')],
    ['1: open', ...streamError(1, 'streamClosed')],
  ],
  [
    '5.1: HEADERS after the RST_STREAM of the client',
    [...CANCELLED, headers(1, [['x-a', '1']])],
    ['1: open', ...streamError(1, 'streamClosed')],
  ],
  [
    '5.1: a request after the RST_STREAM of the client',
    [...CANCELLED, headers(1, GET)],
    ['1: open', ...streamError(1, 'streamClosed')],
  ],
  [
    '5.1: CONTINUATION after the RST_STREAM of the client',
    [...CANCELLED, continuation(1)],
    connectionError('protocolError', 'streamClosed'),
  ],
  ['5.1: WINDOW_UPDATE after the RST_STREAM of the client', [...CANCELLED, windowUpdate(1, 1)], ['1: open']],
  ['5.1: RST_STREAM twice', [...CANCELLED, cancel(1)], ['1: open', ...streamError(1, 'streamClosed')]],
  [
    '5.1: PRIORITY after the RST_STREAM of the client',
    [...CANCELLED, frame(priority, 0, 1, PRIORITY)],
    ['1: open'],
  ],
];

const CLOSED_ERROR = [answered(1), '1: 200 a GET /, streamClosed', ...connectionError('streamClosed')];

/** Frames on a stream on which both sides have sent END_STREAM, after the client has received it. */
const AFTER_THE_END: readonly (readonly [what: string, bytes: Buffer, accepts: ConformanceRow['accepts']])[] =
  [
    ['DATA', data(1, 'x'), CLOSED_ERROR],
    ['HEADERS', headers(1, [['x-a', '1']]), CLOSED_ERROR],
    ['a request', headers(1, GET), [...CLOSED_ERROR, ...connectionError('protocolError')]],
    ['CONTINUATION', continuation(1), connectionError('protocolError', 'streamClosed')],
    ['WINDOW_UPDATE', windowUpdate(1, 1), [answered(1)]],
    ['WINDOW_UPDATE above 2^31', windowUpdate(1, 0x7fffffff), [answered(1)]],
    ['RST_STREAM', cancel(1), [answered(1)]],
    ['PRIORITY', frame(priority, 0, 1, PRIORITY), [answered(1)]],
  ];

/** Frames on a stream that the router has reset. They were in transit, so they are not an error (section 5.1). */
const AFTER_A_RESET: readonly (readonly [what: string, bytes: readonly Buffer[]])[] = [
  ['DATA', [data(1, 'x'.repeat(1_000)), data(1, 'x', 'end')]],
  ['trailers', [headers(1, [['x-a', '1']])]],
  ['WINDOW_UPDATE', [windowUpdate(1, 1)]],
  ['RST_STREAM', [cancel(1)]],
  ['PRIORITY', [frame(priority, 0, 1, PRIORITY)]],
];

const IDS: readonly ShortRow[] = [
  ['5.1.1: an even id', [headers(2, GET)], connectionError('protocolError')],
  ['5.1.1: an even id after odd ones', [headers(1, GET), headers(4, GET)], connectionError('protocolError')],
  [
    '5.1.1: an id below one that was used',
    [headers(5, SILENT), headers(3, GET)],
    connectionError('protocolError', 'streamClosed'),
  ],
  [
    '5.1.1: DATA on a stream that was skipped',
    [headers(5, SILENT), data(3, 'x')],
    ['3: streamClosed', ...connectionError('streamClosed', 'protocolError')],
  ],
  [
    '5.1.1: WINDOW_UPDATE on a stream that was skipped',
    [headers(5, SILENT), windowUpdate(3, 1)],
    ['open', ...connectionError('streamClosed', 'protocolError')],
  ],
  [
    '5.1.1: RST_STREAM on a stream that was skipped',
    [headers(5, SILENT), cancel(3)],
    ['open', ...connectionError('streamClosed', 'protocolError')],
  ],
  [
    '5.1.1: HEADERS on stream 0',
    [frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 0, SMALL_GET)],
    connectionError('protocolError'),
  ],
  ['5.1.1: ids may skip', [headers(7, GET), headers(1_001, GET)], ['7: 200 a GET /; 1001: 200 a GET /']],
];

/** Rows that show that each stream has its own state. */
const APART: readonly ConformanceRow[] = [
  {
    name: '5.1.1: the highest id, after which the client must open a new connection',
    does: async (client) => {
      client.request(2 ** 31 - 1, GET);
      client.send(ping());
      await client.answer(2 ** 31 - 1);
      client.send(frame(FRAME.goaway, 0, 0, Buffer.alloc(8)));
    },
    accepts: connectionError('noError'),
  },
  {
    name: '5.1: one stream is answered, one is reset, and one waits',
    sends: [
      headers(1, SILENT),
      headers(3, GET),
      headers(5, SILENT, 'more'),
      cancel(5),
      headers(7, POST, 'more'),
      data(7, 'x', 'end'),
    ],
    accepts: ['1: open; 3: 200 a GET /; 7: 200 a POST /'],
  },
];

async function settled(client: RawHttp2Client): Promise<void> {
  client.send(...CLOSED);
  await client.answer(1);
}

/** Sends a malformed request, which the router resets before its body arrives. */
async function wasReset(client: RawHttp2Client): Promise<void> {
  client.request(1, [...POST, ['te', 'x']], 'more');
  await client.ending(1);
}

export const STREAM_ROWS: readonly ConformanceRow[] = [
  ...rowsOf([...IDLE, ...HALF_CLOSED, ...RESET, ...IDS]),
  ...AFTER_THE_END.map(
    ([what, bytes, accepts]): ConformanceRow => ({
      name: `5.1: ${what} on a stream that both sides have ended`,
      does: async (client) => {
        await settled(client);
        client.send(bytes);
      },
      accepts,
    }),
  ),
  ...AFTER_A_RESET.map(
    ([what, bytes]): ConformanceRow => ({
      name: `5.1: ${what} after the RST_STREAM of the router`,
      does: async (client) => {
        await wasReset(client);
        client.send(...bytes, headers(3, GET));
      },
      accepts: [answered(3)],
    }),
  ),
  ...APART,
];
