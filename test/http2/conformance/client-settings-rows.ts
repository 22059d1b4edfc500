/** SETTINGS of clients (RFC 9113 section 6.5). */
import assert from 'node:assert/strict';
import {
  answered,
  connectionError,
  type ConformanceRow,
  rowsOf,
  type ShortRow,
} from '../../fixtures/http2/conformance.ts';
import { FLAG, FRAME, frame, PREFACE, SETTING, settings } from '../../fixtures/http2/frames.ts';
import { headers, pseudo, type RawHttp2Client } from '../../fixtures/http2/raw-http2-client.ts';

const GET = headers(1, pseudo());
const HIGHEST = 2 ** 32 - 1;
const set = (...values: readonly (readonly [id: number, value: number])[]) => settings(values);

const FORM: readonly ShortRow[] = [
  ['6.5: SETTINGS on a stream', [frame(FRAME.settings, 0, 1)], connectionError('protocolError')],
  [
    '6.5: an acknowledgement on a stream',
    [frame(FRAME.settings, FLAG.ack, 1)],
    connectionError('protocolError'),
  ],
  [
    '6.5: an acknowledgement with a setting',
    [frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(6))],
    connectionError('frameSizeError'),
  ],
  [
    '6.5: an acknowledgement with one octet',
    [frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(1))],
    connectionError('frameSizeError'),
  ],
  [
    '6.5: SETTINGS of one octet',
    [frame(FRAME.settings, 0, 0, Buffer.alloc(1))],
    connectionError('frameSizeError'),
  ],
  [
    '6.5: SETTINGS of five octets',
    [frame(FRAME.settings, 0, 0, Buffer.alloc(5))],
    connectionError('frameSizeError'),
  ],
  [
    '6.5: SETTINGS of seven octets',
    [frame(FRAME.settings, 0, 0, Buffer.alloc(7))],
    connectionError('frameSizeError'),
  ],
  [
    '6.5: an acknowledgement without SETTINGS',
    [frame(FRAME.settings, FLAG.ack, 0), GET],
    [answered(1), ...connectionError('protocolError')],
  ],
  ['6.5.2: an unknown setting is ignored', [set([0xff, HIGHEST], [0, 1], [0xffff, 0]), GET], [answered(1)]],
];

/** Values at the limits of each setting, and values that are not allowed. */
const VALUES: readonly ShortRow[] = [
  ['6.5.2: ENABLE_PUSH of 0', [set([SETTING.enablePush, 0]), GET], [answered(1)]],
  ['6.5.2: ENABLE_PUSH of 1', [set([SETTING.enablePush, 1]), GET], [answered(1)]],
  ['6.5.2: ENABLE_PUSH of 2', [set([SETTING.enablePush, 2])], connectionError('protocolError')],
  ['6.5.2: ENABLE_PUSH of 2^32 - 1', [set([SETTING.enablePush, HIGHEST])], connectionError('protocolError')],
  [
    '6.5.2: MAX_CONCURRENT_STREAMS of 0 limits pushes only',
    [set([SETTING.maxStreams, 0]), GET],
    [answered(1)],
  ],
  ['6.5.2: MAX_CONCURRENT_STREAMS of 2^32 - 1', [set([SETTING.maxStreams, HIGHEST]), GET], [answered(1)]],
  ['6.5.2: INITIAL_WINDOW_SIZE of 2^31 - 1', [set([SETTING.initialWindow, 2 ** 31 - 1]), GET], [answered(1)]],
  [
    '6.5.2: INITIAL_WINDOW_SIZE of 2^31',
    [set([SETTING.initialWindow, 2 ** 31])],
    connectionError('flowControlError'),
  ],
  [
    '6.5.2: INITIAL_WINDOW_SIZE of 2^32 - 1',
    [set([SETTING.initialWindow, HIGHEST])],
    connectionError('flowControlError'),
  ],
  ['6.5.2: MAX_FRAME_SIZE of 2^14', [set([SETTING.maxFrame, 2 ** 14]), GET], [answered(1)]],
  ['6.5.2: MAX_FRAME_SIZE of 2^24 - 1', [set([SETTING.maxFrame, 2 ** 24 - 1]), GET], [answered(1)]],
  [
    '6.5.2: MAX_FRAME_SIZE below 2^14',
    [set([SETTING.maxFrame, 2 ** 14 - 1])],
    connectionError('protocolError'),
  ],
  ['6.5.2: MAX_FRAME_SIZE of 0', [set([SETTING.maxFrame, 0])], connectionError('protocolError')],
  ['6.5.2: MAX_FRAME_SIZE of 2^24', [set([SETTING.maxFrame, 2 ** 24])], connectionError('protocolError')],
  ['6.5.2: MAX_HEADER_LIST_SIZE is advice: 0', [set([SETTING.maxHeaderList, 0]), GET], [answered(1)]],
  ['6.5.2: MAX_HEADER_LIST_SIZE of 2^32 - 1', [set([SETTING.maxHeaderList, HIGHEST]), GET], [answered(1)]],
  ['6.5.2: HEADER_TABLE_SIZE of 2^32 - 1', [set([SETTING.headerTableSize, HIGHEST]), GET], [answered(1)]],
  [
    '3 of RFC 8441: ENABLE_CONNECT_PROTOCOL of a client has no effect',
    [set([SETTING.enableConnect, 1]), GET],
    [answered(1)],
  ],
  [
    '3 of RFC 8441: ENABLE_CONNECT_PROTOCOL of 2',
    [set([SETTING.enableConnect, 2]), GET],
    [answered(1), ...connectionError('protocolError')],
  ],
  [
    '3 of RFC 8441: ENABLE_CONNECT_PROTOCOL of 1, then of 0',
    [set([SETTING.enableConnect, 1]), set([SETTING.enableConnect, 0]), GET],
    [answered(1), ...connectionError('protocolError')],
  ],
  [
    '2.1 of RFC 9218: NO_RFC7540_PRIORITIES of 1 in later SETTINGS',
    [set([SETTING.noPriorities, 1]), GET],
    [answered(1), ...connectionError('protocolError')],
  ],
  [
    '2.1 of RFC 9218: NO_RFC7540_PRIORITIES of 2',
    [set([SETTING.noPriorities, 2]), GET],
    [answered(1), ...connectionError('protocolError')],
  ],
  [
    '6.5.3: an invalid value before a valid one of the same setting',
    [set([SETTING.maxFrame, 0], [SETTING.maxFrame, 2 ** 14])],
    connectionError('protocolError'),
  ],
];

/** Invalid values in the first SETTINGS frame. */
const FIRST: readonly (readonly [id: number, value: number, code: 'protocolError' | 'flowControlError'])[] = [
  [SETTING.enablePush, 2, 'protocolError'],
  [SETTING.initialWindow, 2 ** 31, 'flowControlError'],
  [SETTING.maxFrame, 2 ** 14 - 1, 'protocolError'],
];

const settingsOf = ({ frames }: RawHttp2Client) => frames.filter(({ type }) => type === FRAME.settings);
const acknowledged = (client: RawHttp2Client, count: number) =>
  client.until(`${count} acknowledgements`, () => acks(client) === count || undefined);
const acks = (client: RawHttp2Client) => settingsOf(client).filter(({ flags }) => flags === FLAG.ack).length;

const MORE: readonly ConformanceRow[] = [
  {
    name: '6.5.3: every SETTINGS frame is acknowledged once, by an empty frame',
    does: async (client) => {
      client.send(settings([]), settings([]), set([SETTING.maxStreams, 7]), GET);
      await client.answer(1);
      await acknowledged(client, 4);
      for (const { flags, id, payload } of settingsOf(client))
        if (flags === FLAG.ack) assert.equal(`${id} ${payload.length}`, '0 0');
    },
    accepts: [answered(1)],
  },
  {
    name: '6.5.3: an acknowledgement is not acknowledged',
    does: async (client) => {
      client.send(GET);
      await client.answer(1);
      assert.equal(settingsOf(client).length, 2, 'its own SETTINGS and one acknowledgement');
    },
    accepts: [answered(1)],
  },
  {
    name: '6.5.3: the later one of two values in one frame applies',
    does: async (client) => {
      client.send(set([SETTING.initialWindow, 0], [SETTING.initialWindow, 7]), GET);
      assert.equal((await client.answer(1)).text, 'a GET /');
    },
    accepts: [answered(1)],
  },
  {
    name: '6.5.3: the client never acknowledges the first SETTINGS of the router',
    opening: [Buffer.from(PREFACE), settings([]), GET],
    accepts: [answered(1), ...connectionError('settingsTimeout')],
  },
  {
    name: '4.3.1: the next block announces a smaller header table, and uses it',
    does: async (client) => {
      client.request(1, pseudo());
      await client.answer(1);
      client.send(set([SETTING.headerTableSize, 0]));
      await acknowledged(client, 2);
      client.decoder.limit = 0;
      client.request(3, pseudo());
      await client.answer(3);
      const [block] = client.frames.filter(({ type, id }) => type === FRAME.headers && id === 3);
      assert.equal(block?.payload[0], 0x20, 'a table size update of 0');
      client.request(5, pseudo());
    },
    accepts: ['1: 200 a GET /; 3: 200 a GET /; 5: 200 a GET /'],
  },
  {
    name: '4.3.1: a header table of 0 octets, then a large one: the next block announces the smallest first',
    does: async (client) => {
      client.request(1, pseudo());
      await client.answer(1);
      client.send(set([SETTING.headerTableSize, 0]), set([SETTING.headerTableSize, 2 ** 16]));
      await acknowledged(client, 3);
      client.decoder.limit = 2 ** 16;
      client.request(3, pseudo());
      await client.answer(3);
      const [block] = client.frames.filter(({ type, id }) => type === FRAME.headers && id === 3);
      assert.equal(block?.payload[0], 0x20, 'a table size update of 0');
    },
    accepts: ['1: 200 a GET /; 3: 200 a GET /'],
  },
];

export const SETTINGS_ROWS: readonly ConformanceRow[] = [
  ...rowsOf([...FORM, ...VALUES]),
  ...FIRST.map(
    ([id, value, code]): ConformanceRow => ({
      name: `6.5.2: setting ${id} of ${value} in the first SETTINGS`,
      opening: [Buffer.from(PREFACE), set([id, value])],
      accepts: connectionError(code),
    }),
  ),
  ...MORE,
];
