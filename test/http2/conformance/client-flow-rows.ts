/** Flow control with clients, in both directions (RFC 9113 sections 5.2, 6.1 and 6.9). */
import assert from 'node:assert/strict';
import {
  answered,
  BIG,
  connectionError,
  type ConformanceRow,
  rowsOf,
  type ShortRow,
  streamError,
} from '../../fixtures/http2/conformance.ts';
import { data, FLAG, FRAME, frame, SETTING, settings, windowUpdate } from '../../fixtures/http2/frames.ts';
import { headers, pseudo, type RawHttp2Client } from '../../fixtures/http2/raw-http2-client.ts';
import { Upload } from '../../fixtures/http2/upload.ts';

const GET = pseudo();
const POST = pseudo('POST');
/** A request whose pod never answers. */
const SILENT = headers(1, pseudo('POST', '/silent'), 'more');
const HIGHEST = 2 ** 31 - 1;
const INITIAL = 65_535;
const initial = (size: number) => settings([[SETTING.initialWindow, size]]);
const update = (payload: Buffer, id = 0) => frame(FRAME.windowUpdate, 0, id, payload);
const times = (count: number, make: (at: number) => Buffer) =>
  Array.from({ length: count }, (_, at) => make(at));
/** DATA that consists almost only of padding. */
const padding = (id: number) =>
  frame(FRAME.data, FLAG.padded, id, Buffer.concat([Buffer.of(254), Buffer.alloc(255)]));

const UPDATES: readonly ShortRow[] = [
  ['6.9: WINDOW_UPDATE of 0 for the connection', [windowUpdate(0, 0)], connectionError('protocolError')],
  [
    '6.9: WINDOW_UPDATE of 0 for a half-closed stream',
    [headers(1, pseudo('GET', '/silent')), windowUpdate(1, 0)],
    streamError(1, 'protocolError'),
  ],
  [
    '6.9: the reserved bit and an increment of 0',
    [update(Buffer.of(0x80, 0, 0, 0))],
    connectionError('protocolError'),
  ],
  ['6.9: an empty WINDOW_UPDATE', [update(Buffer.alloc(0))], connectionError('frameSizeError')],
  ['6.9: WINDOW_UPDATE of three octets', [update(Buffer.alloc(3, 1))], connectionError('frameSizeError')],
  ['6.9: WINDOW_UPDATE of five octets', [update(Buffer.alloc(5, 1))], connectionError('frameSizeError')],
  [
    '6.9: WINDOW_UPDATE of three octets for a stream',
    [SILENT, update(Buffer.alloc(3, 1), 1)],
    connectionError('frameSizeError'),
  ],
  [
    '6.9.1: the window of the connection at its maximum',
    [windowUpdate(0, HIGHEST - INITIAL), headers(1, GET)],
    [answered(1)],
  ],
  [
    '6.9.1: the window of the connection above its maximum, in two steps',
    [windowUpdate(0, HIGHEST - INITIAL), windowUpdate(0, 1)],
    connectionError('flowControlError'),
  ],
  [
    '6.9.1: the window of a stream at its maximum',
    [SILENT, windowUpdate(1, HIGHEST - INITIAL), headers(3, GET)],
    [answered(3)],
  ],
  [
    '6.9.1: the window of a stream above its maximum, in two steps',
    [SILENT, windowUpdate(1, HIGHEST - INITIAL), windowUpdate(1, 1)],
    streamError(1, 'flowControlError'),
  ],
  [
    '6.9.2: the initial window raises the window of a stream above its maximum',
    [SILENT, windowUpdate(1, 1), initial(HIGHEST)],
    connectionError('flowControlError'),
  ],
  [
    '6.9.2: the initial window does not change the window of the connection',
    [initial(0), windowUpdate(0, HIGHEST - INITIAL), headers(1, pseudo('HEAD'))],
    ['1: 200'],
  ],
  [
    '6.9.2: the initial window of later streams at its maximum',
    [initial(HIGHEST), headers(1, GET)],
    [answered(1)],
  ],
];

/** The client sends more than the router's windows allow, unless the router has raised them by then. */
const OVERRUNS: readonly ShortRow[] = [
  [
    '6.9.1: more DATA than the window of a stream',
    [SILENT, ...times(5, () => data(1, Buffer.alloc(16_384)))],
    ['1: open', ...streamError(1, 'flowControlError')],
  ],
  [
    '6.1: padding counts: more padding than the window of the connection',
    [SILENT, ...times(4_200, () => padding(1))],
    ['1: open', ...streamError(1, 'flowControlError')],
  ],
];

const received = (client: RawHttp2Client, id: number) => client.answerOf(id).content.length;

/** Waits until this many octets have arrived, and asserts that no more arrive. */
async function stands(client: RawHttp2Client, id: number, size: number): Promise<void> {
  await client.until(`${size} octets`, () => received(client, id) >= size || undefined);
  await client.roundTrip();
  assert.equal(received(client, id), size);
}

const DOWNLOADS: readonly ConformanceRow[] = [
  {
    name: '6.9.2: DATA waits while a window is below 0',
    does: async (client) => {
      client.send(initial(100), headers(1, pseudo('GET', '/big')));
      await stands(client, 1, 100);
      client.send(initial(10));
      client.send(windowUpdate(1, 90));
      await stands(client, 1, 100);
      client.send(windowUpdate(1, 1));
      await stands(client, 1, 101);
      client.send(initial(0), windowUpdate(1, 9));
      await stands(client, 1, 101);
      client.send(windowUpdate(1, 2), initial(20));
      await stands(client, 1, 122);
      client.send(windowUpdate(0, 100_000), initial(HIGHEST));
    },
    accepts: [`1: 200 ${BIG}`],
  },
  {
    name: '6.9.2: the initial window applies to open and to later streams',
    does: async (client) => {
      client.send(initial(10), headers(1, pseudo('GET', '/big')), headers(3, pseudo('GET', '/big')));
      await stands(client, 1, 10);
      await stands(client, 3, 10);
      client.send(initial(15), headers(5, pseudo('GET', '/big')));
      for (const id of [1, 3, 5]) await stands(client, id, 15);
    },
    accepts: ['1: open; 3: open; 5: open'],
  },
  {
    name: '5.2.1: the window of the connection applies to all streams, and delays no head',
    does: async (client) => {
      client.send(initial(HIGHEST), headers(1, pseudo('GET', '/big')));
      await stands(client, 1, INITIAL);
      client.send(headers(3, GET), headers(5, pseudo('HEAD')));
      await client.answer(5);
      await client.until('a head', () => client.answerOf(3).status === 200 || undefined);
      assert.equal(received(client, 3), 0);
      client.send(windowUpdate(0, 5), windowUpdate(0, 100_000));
    },
    accepts: [`1: 200 ${BIG}; 3: 200 a GET /; 5: 200`],
  },
  {
    name: '6.9: an answer without content needs no window',
    sends: [initial(0), headers(1, pseudo('HEAD')), headers(3, GET)],
    accepts: ['1: 200; 3: open'],
  },
  {
    name: '6.9: a stream that the client has reset uses no window',
    does: async (client) => {
      client.send(initial(HIGHEST), headers(1, pseudo('GET', '/big')));
      await stands(client, 1, INITIAL);
      client.send(
        frame(FRAME.reset, 0, 1, Buffer.of(0, 0, 0, 8)),
        windowUpdate(0, 200_000),
        headers(3, pseudo('GET', '/big')),
      );
      await client.answer(3);
      assert.equal(received(client, 1), INITIAL);
    },
    accepts: [`3: 200 ${BIG}`],
  },
];

const UPLOADS: readonly ConformanceRow[] = [
  {
    name: '6.9: the router raises its windows as DATA is read',
    does: async (client) => {
      client.request(1, POST, 'more');
      await new Upload(client).send(
        1,
        times(100, (at) => data(1, Buffer.alloc(16_384), at === 99 ? 'end' : 'more')),
      );
    },
    accepts: ['1: 200 a POST /'],
  },
  {
    name: '6.1: padding counts, and the router gives it back',
    does: async (client) => {
      client.request(1, POST, 'more');
      const upload = new Upload(client);
      await upload.send(
        1,
        times(4_500, () => padding(1)),
      );
      await upload.send(1, [data(1, '', 'end')]);
    },
    accepts: ['1: 200 a POST /'],
  },
  {
    name: '6.9: the router gives back DATA of ended streams to the connection',
    does: async (client) => {
      const upload = new Upload(client);
      for (let at = 0; at < 80; at += 1) {
        const id = at * 2 + 1;
        // In turns a malformed request and a request that the router answers at once.
        client.request(id, at % 2 === 0 ? [...POST, ['te', 'x']] : pseudo('POST', '/a#b'), 'more');
        await upload.send(
          id,
          times(3, () => data(id, Buffer.alloc(16_000))),
        );
      }
      client.request(999, POST, 'more');
      await upload.send(
        999,
        times(100, (at) => data(999, Buffer.alloc(16_384), at === 99 ? 'end' : 'more')),
      );
    },
    accepts: ['999: 200 a POST /'],
  },
  {
    name: '6.9: the router gives back DATA of streams that the client has reset',
    does: async (client) => {
      const upload = new Upload(client);
      for (let at = 0; at < 60; at += 1) {
        const id = at * 2 + 1;
        client.request(id, pseudo('POST', '/silent'), 'more');
        await upload.send(
          id,
          times(3, () => data(id, Buffer.alloc(10_000))),
        );
        client.send(frame(FRAME.reset, 0, id, Buffer.of(0, 0, 0, 8)));
      }
      client.request(999, POST, 'more');
      await upload.send(
        999,
        times(100, (at) => data(999, Buffer.alloc(16_384), at === 99 ? 'end' : 'more')),
      );
    },
    accepts: ['999: 200 a POST /'],
  },
];

export const FLOW_ROWS: readonly ConformanceRow[] = [
  ...rowsOf([...UPDATES, ...OVERRUNS]),
  ...DOWNLOADS,
  ...UPLOADS,
];
