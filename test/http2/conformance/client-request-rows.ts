/** Malformed requests (RFC 9113 section 8), in addition to the hazards H2-04 to H2-21. */
import { type ConformanceRow, rowsOf, type ShortRow } from '../../fixtures/http2/conformance.ts';
import { CODE, data, FLAG, FRAME, frame, reset } from '../../fixtures/http2/frames.ts';
import { encodeFields, type Field } from '../../fixtures/http2/hpack.ts';
import { headers, pseudo } from '../../fixtures/http2/raw-http2-client.ts';

const GET = pseudo();
const POST = pseudo('POST');
/** Only the stream may end: the other streams of the connection may carry requests of other users of a proxy. */
const MALFORMED = ['1: protocolError'];
const POSTED = ['1: 200 a POST /'];

/** The pseudo fields with another value for one of them. Undefined: without it. */
function but(name: string, value: string | undefined, method = 'GET'): Field[] {
  return pseudo(method).flatMap(([it, was]): Field[] =>
    it !== name ? [[it, was]] : value === undefined ? [] : [[it, value]],
  );
}

const heads: readonly (readonly [name: string, fields: readonly Field[]])[] = [
  ['8.3: two paths', [...GET, [':path', '/']]],
  ['8.3: two schemes', [...GET, [':scheme', 'http']]],
  ['8.3: two authorities', [...GET, [':authority', 't.local']]],
  ['8.3: :protocol without CONNECT', [...GET, [':protocol', 'websocket']]],
  ['8.3: a pseudo field in upper case', [...but(':method', undefined), [':Method', 'GET']]],
  ['8.3: a pseudo field without a name', [...GET, [':', '1']]],
  [
    '8.3: a pseudo field after one that is in the static table',
    [[':method', 'GET'], ['accept', '*/*'], ...GET.slice(1)],
  ],
  ['8.3.1: neither method nor path', but(':path', undefined).slice(1)],
  ['8.3.1: no pseudo field at all', [['host', 't.local']]],
  ['8.3.1: an empty scheme', but(':scheme', '')],
  ['8.3.1: an empty header block', []],
  [
    '8.5: CONNECT with a path',
    [
      [':method', 'CONNECT'],
      [':authority', 't.local:443'],
      [':path', '/'],
    ],
  ],
  [
    '8.5: CONNECT with a scheme',
    [
      [':method', 'CONNECT'],
      [':authority', 't.local:443'],
      [':scheme', 'http'],
    ],
  ],
  ['8.5: CONNECT without an authority', [[':method', 'CONNECT']]],
  ['8.2.1: a name whose last letter is in upper case', [...GET, ['x-aB', '1']]],
  ['8.2.2: te of trailers and another value', [...GET, ['te', 'trailers, deflate']]],
  ['8.2.2: an empty te', [...GET, ['te', '']]],
  ['8.2.2: an empty connection', [...GET, ['connection', '']]],
];

/** Fields that make the whole request malformed. The router must not drop only the field. */
const fields: readonly (readonly [name: string, field: Field])[] = [
  ['8.2.1: a name with a colon', ['x:a', '1']],
  ['8.2.1: a name with a space', ['x a', '1']],
  ['8.2.1: a name with NUL', ['x\0', '1']],
  ['8.2.1: a name with DEL', ['x\x7f', '1']],
  ['8.2.1: a name above ASCII', ['x\xe4', '1']],
  ['8.2.1: a value with NUL', ['x-a', '1\x002']],
  ['8.2.1: a value with CR', ['x-a', '1\r2']],
  ['8.2.1: a value with LF', ['x-a', '1\n2']],
];

/** Bodies whose length does or does not equal Content-Length. */
const BODIES: readonly ShortRow[] = [
  ['8.1.1: a length of 0, and content', [lengthOf(0), data(1, 'x', 'end')], MALFORMED],
  [
    '8.1.1: a length that the second frame exceeds',
    [lengthOf(3), data(1, 'xx'), data(1, 'xx', 'end')],
    MALFORMED,
  ],
  ['8.1.1: a length that is exceeded before the end', [lengthOf(3), data(1, 'xxxx')], MALFORMED],
  ['8.1.1: a length, and no content', [lengthOf(1), data(1, '', 'end')], MALFORMED],
  [
    '8.1.1: trailers before the whole length has arrived',
    [lengthOf(3), data(1, 'x'), headers(1, [['t-a', '1']])],
    MALFORMED,
  ],
  ['8.1.1: GET with a length, and no content', [headers(1, [...GET, ['content-length', '1']])], MALFORMED],
  [
    '8.1.1: padding does not count as content above the length',
    [lengthOf(3), frame(FRAME.data, FLAG.padded | FLAG.endStream, 1, Buffer.from('\x05xxx\0\0\0\0\0'))],
    POSTED,
  ],
  [
    '8.1.1: padding does not count as missing content',
    [lengthOf(9), frame(FRAME.data, FLAG.padded | FLAG.endStream, 1, Buffer.from('\x05xxx\0\0\0\0\0'))],
    MALFORMED,
  ],
  ['8.1.1: a length of 0, and an empty end', [lengthOf(0), data(1, '', 'end')], POSTED],
  ['8.1.1: a length of 0 in the last frame', [headers(1, [...POST, ['content-length', '0']])], POSTED],
];

const TRAILERS: readonly ShortRow[] = [
  [
    '8.1: trailers without END_STREAM',
    [headers(1, POST, 'more'), data(1, 'x'), headers(1, [['t-a', '1']], 'more')],
    MALFORMED,
  ],
  [
    '8.1: trailers without END_STREAM, then DATA',
    [headers(1, POST, 'more'), headers(1, [['t-a', '1']], 'more'), data(1, 'x', 'end')],
    MALFORMED,
  ],
  [
    '8.1: trailers twice',
    [headers(1, POST, 'more'), headers(1, [['t-a', '1']], 'more'), headers(1, [['t-a', '1']])],
    MALFORMED,
  ],
  ['8.1: another request on an open stream', [headers(1, POST, 'more'), headers(1, GET)], MALFORMED],
  [
    '8.1: trailers without content before them',
    [headers(1, POST, 'more'), headers(1, [['t-a', '1']])],
    POSTED,
  ],
  ['8.1: empty trailers', [headers(1, POST, 'more'), data(1, 'x'), headers(1, [])], POSTED],
  [
    '8.1: trailers in two frames',
    [
      headers(1, POST, 'more'),
      data(1, 'x'),
      frame(FRAME.headers, FLAG.endStream, 1),
      frame(FRAME.continuation, FLAG.endHeaders, 1, encodeFields([['t-a', '1']])),
    ],
    POSTED,
  ],
  [
    '8.1: trailers with :method',
    [headers(1, POST, 'more'), data(1, 'x'), headers(1, [[':method', 'GET']])],
    MALFORMED,
  ],
  [
    '8.1: trailers with :status',
    [headers(1, POST, 'more'), data(1, 'x'), headers(1, [[':status', '200']])],
    MALFORMED,
  ],
  [
    '8.1: trailers with a pseudo field after another',
    [
      headers(1, POST, 'more'),
      data(1, 'x'),
      headers(1, [
        ['t-a', '1'],
        [':path', '/'],
      ]),
    ],
    MALFORMED,
  ],
  [
    '8.2.1: trailers in upper case',
    [headers(1, POST, 'more'), data(1, 'x'), headers(1, [['T-A', '1']])],
    MALFORMED,
  ],
  [
    '8.2.2: trailers with connection',
    [headers(1, POST, 'more'), data(1, 'x'), headers(1, [['connection', 't-a']])],
    MALFORMED,
  ],
  [
    '8.2.2: trailers with transfer-encoding',
    [headers(1, POST, 'more'), data(1, 'x'), headers(1, [['transfer-encoding', 'chunked']])],
    MALFORMED,
  ],
];

function lengthOf(length: number): Buffer {
  return headers(1, [...POST, ['content-length', String(length)]], 'more');
}

export const REQUEST_ROWS: readonly ConformanceRow[] = [
  ...rowsOf(
    heads.map(([name, list]): ShortRow => [name, [headers(1, list)], MALFORMED]),
    { notForwarded: true },
  ),
  ...rowsOf(
    fields.map(([name, field]): ShortRow => [name, [headers(1, [...GET, field])], MALFORMED]),
    { notForwarded: true },
  ),
  ...rowsOf([...BODIES, ...TRAILERS]),
];

/** Rows for a router that allows four open streams. */
export const CROWD_ROWS: readonly ConformanceRow[] = [
  {
    name: '5.1.2: the stream above the maximum is refused',
    does: async (client) => {
      await client.frame('SETTINGS', ({ type }) => type === FRAME.settings);
      client.send(...[1, 3, 5, 7, 9].map((id) => headers(id, pseudo('GET', '/silent'))));
      await client.until('the end of the last stream', () => client.endOf(9));
      // Makes room for the request that ends every row.
      client.send(reset(1, CODE.cancel));
    },
    accepts: [
      '3: open; 5: open; 7: open; 9: refusedStream',
      '3: open; 5: open; 7: open; 9: protocolError',
      'GOAWAY protocolError',
    ],
  },
  {
    name: '5.1.2: a half-closed stream counts, a closed one does not',
    does: async (client) => {
      await client.frame('SETTINGS', ({ type }) => type === FRAME.settings);
      client.send(...[1, 3, 5].map((id) => headers(id, pseudo('GET', '/silent'))));
      for (let id = 7; id < 47; id += 2) {
        client.request(id, GET);
        await client.answer(id);
      }
    },
    accepts: ['1: open; 3: open; 5: open; 45: 200 a GET /'],
  },
  {
    name: '5.1.2: streams that were reset do not count',
    does: async (client) => {
      await client.frame('SETTINGS', ({ type }) => type === FRAME.settings);
      for (let id = 1; id < 41; id += 2) {
        client.request(id, pseudo('GET', '/silent'));
        await client.roundTrip();
        client.send(frame(FRAME.reset, 0, id, Buffer.of(0, 0, 0, 8)));
        await client.roundTrip();
      }
      client.send(headers(41, GET));
    },
    accepts: ['41: 200 a GET /'],
  },
  {
    name: '5.1.2: idle streams that have a priority do not count',
    sends: [
      ...Array.from({ length: 20 }, (_, at) =>
        frame(FRAME.priority, 0, at * 2 + 1, Buffer.of(0, 0, 0, 0, 1)),
      ),
      headers(41, GET),
    ],
    accepts: ['41: 200 a GET /'],
  },
];
