/** The rules of each type of frame, except SETTINGS and flow control (RFC 9113 section 6). */
import assert from 'node:assert/strict';
import {
  answered,
  connectionError,
  type ConformanceRow,
  rowsOf,
  type ShortRow,
  streamError,
} from '../../fixtures/http2/conformance.ts';
import { data, FLAG, FRAME, frame, number32, reset } from '../../fixtures/http2/frames.ts';
import { SMALL_GET } from '../../fixtures/http2/hpack-forms.ts';
import { headers, pseudo } from '../../fixtures/http2/raw-http2-client.ts';

const GET = pseudo();
const POST = headers(1, pseudo('POST'), 'more');
const POSTED = '1: 200 a POST /';
/** A request whose pod never answers. */
const SILENT = headers(1, pseudo('POST', '/silent'), 'more');
const { padded, priority, endHeaders, endStream } = FLAG;
const WHOLE = endHeaders | endStream;

const bytes = (...parts: readonly (Buffer | number)[]) =>
  Buffer.concat(parts.map((it) => (typeof it === 'number' ? Buffer.of(it) : it)));
const dataOf = (payload: Buffer, flags: number = padded | endStream) => frame(FRAME.data, flags, 1, payload);
const headOf = (flags: number, ...parts: readonly (Buffer | number)[]) =>
  frame(FRAME.headers, flags, 1, bytes(...parts));
/** The priority fields of a stream that depends on stream `on`, with a weight of 16. */
const dependency = (on: number) => bytes(number32(on), 15);
const exclusively = (on: number) => bytes(number32(on + 2 ** 31), 255);
const priorityOf = (id: number, payload: Buffer) => frame(FRAME.priority, 0, id, payload);
const goaway = (last: number, code: number, debug = '') =>
  frame(FRAME.goaway, 0, 0, bytes(number32(last), number32(code), Buffer.from(debug)));

const DATA: readonly ShortRow[] = [
  ['6.1: DATA on stream 0', [data(0, 'x')], connectionError('protocolError')],
  ['6.1: empty DATA on stream 0', [data(0, '')], connectionError('protocolError')],
  ['6.1: DATA with padding', [POST, dataOf(bytes(5, Buffer.from('x'), Buffer.alloc(5)))], [POSTED]],
  ['6.1: DATA with padding of no octets', [POST, dataOf(bytes(0, Buffer.from('x')))], [POSTED]],
  ['6.1: DATA with only padding', [POST, dataOf(bytes(255, Buffer.alloc(255)))], [POSTED]],
  [
    '6.1: padding that is not zero may be accepted or an error',
    [POST, dataOf(bytes(2, Buffer.from('xyz')))],
    [POSTED, ...connectionError('protocolError')],
  ],
  [
    '6.1: a pad length as long as the frame',
    [SILENT, dataOf(bytes(6, Buffer.alloc(5)))],
    connectionError('protocolError'),
  ],
  [
    '6.1: a pad length as long as the content and itself',
    [SILENT, dataOf(bytes(5, Buffer.alloc(4)))],
    connectionError('protocolError'),
  ],
  [
    '6.1: padding without a pad length',
    [SILENT, dataOf(bytes())],
    connectionError('frameSizeError', 'protocolError'),
  ],
  [
    '6.1: empty DATA, then content',
    [POST, data(1, ''), data(1, 'x'), data(1, ''), data(1, '', 'end')],
    [POSTED],
  ],
];

const HEADERS: readonly ShortRow[] = [
  ['6.2: HEADERS with padding', [headOf(WHOLE | padded, 3, SMALL_GET, Buffer.alloc(3))], [answered(1)]],
  ['6.2: HEADERS with padding of no octets', [headOf(WHOLE | padded, 0, SMALL_GET)], [answered(1)]],
  ['6.2: HEADERS with priority', [headOf(WHOLE | priority, dependency(0), SMALL_GET)], [answered(1)]],
  [
    '6.2: HEADERS with padding and priority',
    [headOf(WHOLE | padded | priority, 2, exclusively(0), SMALL_GET, Buffer.alloc(2))],
    [answered(1)],
  ],
  [
    '6.2: a pad length above the rest of the frame',
    [headOf(WHOLE | padded, SMALL_GET.length + 1, SMALL_GET)],
    connectionError('protocolError'),
  ],
  [
    '6.2: a pad length that covers octets of the priority',
    [headOf(WHOLE | padded | priority, 3, dependency(0))],
    connectionError('protocolError', 'frameSizeError'),
  ],
  [
    '6.2: padding without a pad length',
    [headOf(WHOLE | padded)],
    connectionError('frameSizeError', 'protocolError'),
  ],
  [
    '6.2: priority of four octets',
    [headOf(WHOLE | priority, number32(0))],
    connectionError('frameSizeError', 'protocolError'),
  ],
  [
    '5.3.1 of RFC 7540: HEADERS that depend on themselves',
    [headOf(WHOLE | priority, dependency(1), SMALL_GET)],
    [answered(1), ...streamError(1, 'protocolError')],
  ],
  [
    '5.3.2: HEADERS that depend on an idle stream',
    [headOf(WHOLE | priority, exclusively(99), SMALL_GET)],
    [answered(1)],
  ],
];

const PRIORITY: readonly ShortRow[] = [
  ['6.3: PRIORITY on stream 0', [priorityOf(0, dependency(1))], connectionError('protocolError')],
  ['6.3: PRIORITY of four octets', [SILENT, priorityOf(1, number32(0))], streamError(1, 'frameSizeError')],
  ['6.3: PRIORITY of six octets', [SILENT, priorityOf(1, Buffer.alloc(6))], streamError(1, 'frameSizeError')],
  [
    '6.3: an empty PRIORITY on an idle stream',
    [priorityOf(3, bytes())],
    ['open', ...streamError(3, 'frameSizeError')],
  ],
  [
    '5.3.1 of RFC 7540: an open stream that depends on itself',
    [SILENT, priorityOf(1, dependency(1))],
    ['1: open', ...streamError(1, 'protocolError')],
  ],
  [
    '5.3.1 of RFC 7540: an idle stream that depends on itself',
    [priorityOf(3, exclusively(3)), headers(5, GET)],
    [answered(5), ...connectionError('protocolError')],
  ],
  [
    '5.3: streams that depend on each other',
    [SILENT, priorityOf(1, exclusively(3)), priorityOf(3, exclusively(1)), headers(3, GET)],
    ['1: open; 3: 200 a GET /'],
  ],
  [
    '2.1 of RFC 9218: PRIORITY_UPDATE',
    [frame(0x10, 0, 0, bytes(number32(1), Buffer.from('u=0'))), headers(1, GET)],
    [answered(1)],
  ],
  [
    '2.1 of RFC 9218: PRIORITY_UPDATE on a stream',
    [frame(0x10, 0, 3, bytes(number32(1), Buffer.from('u=0'))), headers(1, GET)],
    [answered(1), ...connectionError('protocolError')],
  ],
  [
    '2.1 of RFC 9218: PRIORITY_UPDATE of stream 0',
    [frame(0x10, 0, 0, number32(0)), headers(1, GET)],
    [answered(1), ...connectionError('protocolError')],
  ],
];

const RESET: readonly ShortRow[] = [
  ['6.4: RST_STREAM on stream 0', [reset(0, 8)], connectionError('protocolError')],
  ['6.4: an empty RST_STREAM', [SILENT, frame(FRAME.reset, 0, 1)], connectionError('frameSizeError')],
  [
    '6.4: RST_STREAM of three octets',
    [SILENT, frame(FRAME.reset, 0, 1, Buffer.alloc(3))],
    connectionError('frameSizeError'),
  ],
  [
    '6.4: RST_STREAM of five octets',
    [SILENT, frame(FRAME.reset, 0, 1, Buffer.alloc(5))],
    connectionError('frameSizeError'),
  ],
  ['7: RST_STREAM of an unknown code', [SILENT, reset(1, 0xffffffff), headers(3, GET)], [answered(3)]],
];

const PUSH: readonly ShortRow[] = [
  [
    '8.4: PUSH_PROMISE on an open stream',
    [SILENT, frame(FRAME.pushPromise, endHeaders, 1, bytes(number32(2), SMALL_GET))],
    connectionError('protocolError'),
  ],
  [
    '8.4: PUSH_PROMISE on stream 0',
    [frame(FRAME.pushPromise, endHeaders, 0, bytes(number32(2), SMALL_GET))],
    connectionError('protocolError'),
  ],
  [
    '8.4: an empty PUSH_PROMISE',
    [SILENT, frame(FRAME.pushPromise, endHeaders, 1)],
    connectionError('protocolError', 'frameSizeError'),
  ],
];

const PING: readonly ShortRow[] = [
  [
    '6.7: PING on a stream',
    [SILENT, frame(FRAME.ping, 0, 1, Buffer.alloc(8))],
    connectionError('protocolError'),
  ],
  [
    '6.7: PING on an idle stream',
    [frame(FRAME.ping, 0, 1, Buffer.alloc(8))],
    connectionError('protocolError'),
  ],
  ['6.7: an empty PING', [frame(FRAME.ping, 0, 0)], connectionError('frameSizeError')],
  [
    '6.7: PING of seven octets',
    [frame(FRAME.ping, 0, 0, Buffer.alloc(7))],
    connectionError('frameSizeError'),
  ],
  ['6.7: PING of nine octets', [frame(FRAME.ping, 0, 0, Buffer.alloc(9))], connectionError('frameSizeError')],
  [
    '6.7: an acknowledgement of seven octets',
    [frame(FRAME.ping, FLAG.ack, 0, Buffer.alloc(7))],
    connectionError('frameSizeError'),
  ],
  [
    '6.7: an acknowledgement without a PING',
    [frame(FRAME.ping, FLAG.ack, 0, Buffer.alloc(8)), headers(1, GET)],
    [answered(1)],
  ],
];

/** After a GOAWAY of the client and the end of its streams, the router ends the connection. */
const GOAWAY: readonly ShortRow[] = [
  [
    '6.8: GOAWAY on a stream',
    [SILENT, frame(FRAME.goaway, 0, 1, Buffer.alloc(8))],
    connectionError('protocolError'),
  ],
  [
    '6.8: GOAWAY of seven octets',
    [frame(FRAME.goaway, 0, 0, Buffer.alloc(7))],
    connectionError('frameSizeError'),
  ],
  ['6.8: an empty GOAWAY', [frame(FRAME.goaway, 0, 0)], connectionError('frameSizeError')],
  ['6.8: GOAWAY with debug data', [goaway(0, 0, 'bye')], connectionError('noError')],
  [
    '6.8: GOAWAY with an odd last stream, which the router cannot have opened',
    [goaway(1, 0)],
    connectionError('noError', 'protocolError'),
  ],
  [
    '7: GOAWAY of an unknown code',
    [goaway(0, 0xfffffff0)],
    [...connectionError('noError', 'protocolError'), 'closed', 'GOAWAY 4294967280'],
  ],
];

const ECHO: readonly ConformanceRow[] = [
  {
    name: '6.7: every PING is acknowledged with its octets, in order',
    does: async (client) => {
      const payloads = Array.from({ length: 5 }, (_, at) => Buffer.alloc(8, at * 50 + 1));
      client.send(SILENT, ...payloads.map((it) => frame(FRAME.ping, 0, 0, it)));
      const pings = () => client.frames.filter(({ type }) => type === FRAME.ping);
      await client.until('5 acknowledgements', () => pings().length === 5 || undefined);
      assert.deepEqual(
        pings().map(({ flags, id, payload }) => [flags, id, payload.toString('hex')]),
        payloads.map((it) => [FLAG.ack, 0, it.toString('hex')]),
      );
    },
    accepts: ['1: open'],
  },
];

export const TYPE_ROWS: readonly ConformanceRow[] = [
  ...rowsOf([...DATA, ...HEADERS, ...PRIORITY, ...RESET, ...PUSH, ...PING, ...GOAWAY]),
  ...ECHO,
];
