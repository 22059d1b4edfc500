/** How clients open a connection, and frames that arrive in pieces (RFC 9113 sections 3.4 and 4.1). */
import assert from 'node:assert/strict';
import { answered, connectionError, type ConformanceRow, MANY } from '../../fixtures/http2/conformance.ts';
import { data, FLAG, FRAME, frame, ping, PREFACE, settings } from '../../fixtures/http2/frames.ts';
import { SMALL_GET } from '../../fixtures/http2/hpack-forms.ts';
import { headers, OPENING, pseudo } from '../../fixtures/http2/raw-http2-client.ts';

const GET = pseudo();
const POST = pseudo('POST');

export const OPENING_ROWS: readonly ConformanceRow[] = [
  {
    name: '3.4: the first SETTINGS are an acknowledgement',
    opening: [Buffer.from(PREFACE), frame(FRAME.settings, FLAG.ack, 0)],
    accepts: connectionError('protocolError'),
  },
  {
    name: '3.4: requests before the SETTINGS of the router arrive',
    opening: [...OPENING, headers(1, GET), headers(3, GET)],
    accepts: ['1: 200 a GET /; 3: 200 a GET /'],
  },
  ...[
    ping(),
    frame(FRAME.windowUpdate, 0, 0, Buffer.of(0, 0, 0, 1)),
    frame(0xfa, 0, 0),
    frame(FRAME.goaway, 0, 0, Buffer.alloc(8)),
    frame(FRAME.priority, 0, 1, Buffer.alloc(5, 1)),
  ].map(
    (bytes): ConformanceRow => ({
      name: `3.4: a frame of type ${bytes[3]} before SETTINGS`,
      opening: [Buffer.from(PREFACE), bytes, settings([])],
      accepts: connectionError('protocolError'),
    }),
  ),
  {
    name: '4.1: every byte in its own segment',
    opening: [],
    does: async (client) => {
      const bytes = Buffer.concat([
        ...OPENING,
        frame(FRAME.headers, FLAG.endStream, 1, SMALL_GET.subarray(0, 1)),
        frame(FRAME.continuation, FLAG.endHeaders, 1, SMALL_GET.subarray(1)),
        headers(3, POST, 'more'),
        data(3, 'x', 'end'),
      ]);
      for (const octet of bytes) {
        await new Promise<void>((resolve) => client.socket.write(Buffer.of(octet), () => resolve()));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    accepts: ['1: 200 a GET /; 3: 200 a POST /'],
  },
  {
    name: '4.1: 100 requests in one segment',
    sends: Array.from({ length: 100 }, (_, at) => headers(at * 2 + 1, GET)),
    accepts: [Array.from({ length: 100 }, (_, at) => answered(at * 2 + 1)).join('; ')],
  },
  ...Array.from(
    { length: 9 },
    (_, at): ConformanceRow => ({
      name: `4.1: a frame header split after ${at + 1} octets`,
      does: async (client) => {
        const bytes = headers(1, GET);
        await client.frame('SETTINGS', ({ type }) => type === FRAME.settings);
        client.send(ping(), bytes.subarray(0, at + 1));
        await client.frame('the answer to a PING', ({ type }) => type === FRAME.ping);
        client.send(bytes.subarray(at + 1));
      },
      accepts: [answered(1)],
    }),
  ),
];

/** When a client ends or resets TCP. The router must end all its requests. */
const ENDS: readonly (readonly [what: string, opening: readonly Buffer[]])[] = [
  ['before the preface', []],
  ['within the preface', [Buffer.from(PREFACE).subarray(0, 20)]],
  ['after the preface', [Buffer.from(PREFACE)]],
  ['within SETTINGS', [Buffer.from(PREFACE), settings([]).subarray(0, 7)]],
  ['after SETTINGS', OPENING],
  ['within a frame header', [...OPENING, headers(1, GET).subarray(0, 4)]],
  ['within a frame', [...OPENING, headers(1, GET).subarray(0, 20)]],
  ['within a header block', [...OPENING, frame(FRAME.headers, FLAG.endStream, 1, SMALL_GET)]],
  ['after a request', [...OPENING, headers(1, GET)]],
  ['after a request whose pod is silent', [...OPENING, headers(1, pseudo('GET', '/silent'))]],
  ['within a body', [...OPENING, headers(1, pseudo('POST', '/silent'), 'more'), data(1, 'x')]],
];

export const ENDING_ROWS: readonly ConformanceRow[] = ENDS.flatMap(([what, opening]) => [
  {
    name: `9.1: a client ends its side of TCP ${what}`,
    opening,
    does: async (client) => {
      client.socket.end();
      await client.closed();
    },
    accepts: ['closed', ...connectionError('noError')],
  },
  {
    name: `9.1: a client resets TCP ${what}`,
    opening,
    does: async (client) => {
      await new Promise<void>((resolve) => client.socket.write('', () => resolve()));
      client.reset();
      await client.closed();
    },
    accepts: ['closed'],
  },
]);

/** An answer whose fields are longer than one frame. */
export const WIDE_ROW: ConformanceRow = {
  name: '4.3: a head longer than the largest frame is sent in several frames',
  does: async (client) => {
    client.send(headers(1, pseudo('GET', '/wide')), headers(3, GET));
    const { fields } = await client.answer(1);
    const wide = fields.filter(([name]) => name.startsWith('t-wide')).map((field) => field.join(': '));
    assert.deepEqual(wide, MANY);
    assert.ok(client.frames.some(({ type }) => type === FRAME.continuation));
  },
  accepts: ['1: 200 ok; 3: 200 a GET /'],
};
