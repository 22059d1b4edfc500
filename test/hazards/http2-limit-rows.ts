import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { forwarded, get } from '../fixtures/check.ts';
import type { Http2Row } from '../fixtures/http2/check-http2.ts';
import {
  CODE,
  data,
  FLAG,
  FRAME,
  frame,
  number32,
  ping,
  PREFACE,
  reset,
  SETTING,
  settings,
  windowUpdate,
} from '../fixtures/http2/frames.ts';
import { encodeFields, type Field } from '../fixtures/http2/hpack.ts';
import { headers, OPENING, pseudo } from '../fixtures/http2/raw-http2-client.ts';
import { neverAnswer } from '../fixtures/origin.ts';

const GET = pseudo();
const POST = pseudo('POST');
/** A request to another pod. */
const OTHER = pseudo().map(([name, value]): Field => [name, name === ':authority' ? 'u.local' : value]);
const FORWARDED = forwarded('GET /', ['host: t.local']);
const SILENT = [{ name: 'a', answer: neverAnswer }];
const times = (count: number, make: (at: number) => Buffer): Buffer[] =>
  Array.from({ length: count }, (_, at) => make(at));

const OPENINGS: readonly Http2Row[] = [
  {
    name: 'the preface with a wrong octet (H2-01)',
    opening: [Buffer.from(PREFACE.replace('SM', 'SX'))],
    after: 'closed',
  },
  {
    name: 'half a preface, and then no further byte (H2-01)',
    settings: { requestHeadTimeout: 100 },
    opening: [Buffer.from(PREFACE.slice(0, 10))],
    after: 'closed',
  },
  {
    name: 'the preface without SETTINGS (H2-01)',
    settings: { requestHeadTimeout: 100 },
    opening: [Buffer.from(PREFACE)],
    after: 'noError',
  },
  {
    name: 'a first frame other than SETTINGS (H2-01)',
    opening: [Buffer.from(PREFACE), headers(1, GET)],
    after: 'protocolError',
  },
  {
    name: 'the preface byte by byte (H2-01)',
    opening: [],
    does: async (client) => {
      for (const byte of Buffer.from(PREFACE)) {
        client.send(Buffer.of(byte));
        await sleep(1);
      }
      client.send(settings([]), headers(1, GET));
    },
    streams: { 1: '200 a GET /' },
    upstream: [FORWARDED],
  },
  {
    name: 'HTTP/1.1 on the same port (H2-02)',
    does: async (_client, scene) => {
      assert.equal((await scene.exchange(get('/x'))).text, 'a GET /x');
      using client = await scene.client();
      await client.dribble('PUT /y HTTP/1.1\r\nHost: t.local\r\nContent-Length: 2\r\n\r\nhi');
      assert.equal((await client.response()).text, 'a PUT /y');
      assert.equal(
        (
          await client.exchange(
            get('/z', 'Connection: Upgrade', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQAAP__'),
          )
        ).text,
        'a GET /z',
      );
    },
    upstream: [
      forwarded('GET /x') +
        forwarded('PUT /y', ['Host: t.local'], 'hi').replace(
          'X-Podway-Hops',
          'Content-Length: 2\r\nX-Podway-Hops',
        ) +
        forwarded('GET /z'),
    ],
  },
  {
    name: 'the preface where HTTP/2 is off (H2-02)',
    settings: { http2Plain: false },
    after: 'closed',
  },
];

/** A field of this many octets, and a name. */
const long = (size: number): Field => ['x-long', 'a'.repeat(size)];
const many = (count: number): Field[] => Array.from({ length: count }, (_, at) => [`x-${at}`, '1']);

const HEADS: readonly Http2Row[] = [
  {
    name: 'a head that is too long, before and after SETTINGS are acknowledged (H2-24)',
    does: async (client) => {
      client.send(...bigHeaders(1, [...GET, long(33_000)]));
      await client.frame('SETTINGS', ({ type }) => type === FRAME.settings);
      client.send(...bigHeaders(3, [...GET, long(33_000)]));
      client.send(...bigHeaders(5, [...GET, long(50_000)]));
    },
    streams: { 1: '431 head-too-large', 3: '431 head-too-large', 5: 'enhanceYourCalm' },
  },
  {
    name: 'a head that is too long to decode (H2-24)',
    does: async (client) => {
      await client.frame('SETTINGS', ({ type }) => type === FRAME.settings);
      client.send(...bigHeaders(1, [...GET, long(100_000)]));
    },
    after: 'enhanceYourCalm',
  },
  {
    name: 'too many fields (H2-24)',
    sends: [headers(1, [...GET, ...many(101)]), ...bigHeaders(3, [...GET, ...many(900)])],
    streams: { 1: '431 too-many-headers', 3: 'enhanceYourCalm' },
  },
  {
    name: 'a head that does not end, on a connection without requests (H2-24)',
    settings: { keepaliveTimeout: 100, lingerTimeout: 100 },
    opening: [...OPENING, frame(FRAME.headers, FLAG.endStream, 1, encodeFields(GET))],
    // Within a field block no other frame is allowed.
    answersPings: false,
    after: 'noError',
  },
];

/** A request in HEADERS and as many CONTINUATION frames as it needs. */
function bigHeaders(id: number, fields: readonly Field[]): Buffer[] {
  const block = encodeFields(fields);
  const frames: Buffer[] = [];
  for (let at = 0; at < block.length; at += 16_384) {
    const isLast = at + 16_384 >= block.length;
    const flags = (isLast ? FLAG.endHeaders : 0) | (at === 0 ? FLAG.endStream : 0);
    frames.push(
      frame(at === 0 ? FRAME.headers : FRAME.continuation, flags, id, block.subarray(at, at + 16_384)),
    );
  }
  return frames;
}

/** A request with this body, whose length is announced as 5. */
const post = (id: number, body: string): Buffer =>
  Buffer.concat([headers(id, [...POST, ['content-length', '5']], 'more'), data(id, body, 'end')]);

/** Floods that end the connection: frames that cause work and have no content. */
const FLOODS: readonly (readonly [what: string, sends: readonly Buffer[], code: keyof typeof CODE])[] = [
  ['PING', times(20_000, ping), 'enhanceYourCalm'],
  ['SETTINGS', times(20_000, () => settings([])), 'enhanceYourCalm'],
  [
    '33 settings in one frame',
    [settings(Array.from({ length: 33 }, () => [SETTING.initialWindow, 65_535]))],
    'enhanceYourCalm',
  ],
  ['empty DATA', [headers(1, POST, 'more'), ...times(20_000, () => data(1, ''))], 'enhanceYourCalm'],
  ['PRIORITY', times(20_000, () => frame(FRAME.priority, 0, 1, Buffer.alloc(5, 1))), 'enhanceYourCalm'],
  ['unknown frames', times(20_000, () => frame(0x77, 0, 0)), 'enhanceYourCalm'],
  [
    'CONTINUATION',
    [frame(FRAME.headers, 0, 1), ...times(20, () => frame(FRAME.continuation, 0, 1))],
    'enhanceYourCalm',
  ],
  ['bodies longer than their length', times(120, (at) => post(at * 2 + 1, 'longer')), 'enhanceYourCalm'],
  ['bodies shorter than their length', times(120, (at) => post(at * 2 + 1, 'cut')), 'enhanceYourCalm'],
  ['malformed heads', times(400, (at) => headers(at * 2 + 1, [...GET, ['te', 'x']])), 'enhanceYourCalm'],
];

const ERRORS: readonly (readonly [what: string, sends: readonly Buffer[], code: keyof typeof CODE])[] = [
  [
    'a header block that is not valid HPACK',
    [frame(FRAME.headers, 5, 1, Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff))],
    'compressionError',
  ],
  ['a frame that is too large', [frame(FRAME.data, 0, 1, Buffer.alloc(16_385))], 'frameSizeError'],
  ['an even stream', [headers(2, GET)], 'protocolError'],
  ['PUSH_PROMISE', [frame(FRAME.pushPromise, 4, 1, number32(2))], 'protocolError'],
  ['DATA on an idle stream', [data(1, 'x')], 'protocolError'],
  ['RST_STREAM on an idle stream', [reset(1, CODE.cancel)], 'protocolError'],
  [
    'padding longer than the frame',
    [headers(1, POST, 'more'), frame(FRAME.data, FLAG.padded, 1, Buffer.of(9, 1))],
    'protocolError',
  ],
  ['a window above 2^31', [windowUpdate(0, 0x7fffffff)], 'flowControlError'],
  ['WINDOW_UPDATE of 0', [windowUpdate(0, 0)], 'protocolError'],
  ['DATA after END_STREAM', [headers(1, GET), data(1, 'x')], 'streamClosed'],
  [
    'more DATA than the window of the connection',
    [headers(1, POST, 'more'), ...times(80, () => data(1, 'x'.repeat(16_384)))],
    'flowControlError',
  ],
];

/** Errors that end only one stream. */
const STREAM_ERRORS: readonly (readonly [what: string, sends: readonly Buffer[], code: keyof typeof CODE])[] =
  [
    ['WINDOW_UPDATE of 0', [headers(1, POST, 'more'), windowUpdate(1, 0)], 'protocolError'],
    [
      'a body longer than its length',
      [headers(1, [...POST, ['content-length', '1']], 'more'), data(1, 'xx', 'end')],
      'protocolError',
    ],
    ['a window above 2^31', [headers(1, GET), windowUpdate(1, 0x7fffffff)], 'flowControlError'],
  ];

const CROWDS: readonly Http2Row[] = [
  {
    name: 'more streams than the maximum: as many as allowed reach pods, the others are refused (H2-25)',
    pods: SILENT,
    settings: { http2Streams: 8 },
    does: async (client, scene) => {
      client.send(...times(12, (at) => headers(at * 2 + 1, GET)));
      assert.equal(await client.ending(23), 'refusedStream');
      await scene.origin('a').request(7);
      assert.equal(scene.router.snapshot().gauges.http2_streams, 8);
      assert.equal(client.frames.filter(({ type }) => type === FRAME.reset).length, 4);
      client.reset();
    },
    after: 'closed',
    upstream: Array.from({ length: 8 }, () => FORWARDED),
  },
  {
    name: '5,000 concurrent streams: the connection ends (H2-25)',
    pods: SILENT,
    settings: { http2Streams: 8 },
    does: async (client, scene) => {
      client.send(...times(5_000, (at) => headers(at * 2 + 1, GET)));
      await client.closed();
      assert.ok(scene.origin('a').connections.length <= 8);
    },
    after: 'enhanceYourCalm',
    upstream: 'any',
  },
  {
    name: 'rapid reset: pods get at most as many requests as a client may cancel in succession (H2-26)',
    settings: { http2Resets: { burst: 20, perSecond: 1 } },
    does: async (client, scene) => {
      for (let at = 0; at < 200 && !client.ended; at += 1) {
        client.send(headers(at * 2 + 1, GET), reset(at * 2 + 1, CODE.cancel));
        if (at % 5 === 0) await sleep(1);
      }
      await client.closed();
      const { http2 } = scene.router.snapshot();
      assert.equal(http2.goaways.error, 1);
      assert.ok(scene.origin('a').requests.length <= 21);
    },
    after: 'enhanceYourCalm',
    upstream: 'any',
  },
];

export const LIMIT_ROWS: readonly Http2Row[] = [
  ...OPENINGS,
  ...HEADS,
  ...FLOODS.map(
    ([what, sends, code]): Http2Row => ({
      name: `a flood: ${what} (H2-26)`,
      sends,
      after: code,
      pods: SILENT,
      upstream: 'any',
    }),
  ),
  ...ERRORS.map(
    ([what, sends, code]): Http2Row => ({
      name: `an error: ${what} (H2-27)`,
      sends,
      after: code,
      pods: SILENT,
      upstream: 'any',
    }),
  ),
  ...STREAM_ERRORS.map(
    ([what, sends, code]): Http2Row => ({
      name: `an error of one stream: ${what} (H2-27)`,
      sends: [...sends, headers(3, OTHER)],
      streams: { 1: code, 3: '200 b GET /' },
      pods: [...SILENT, { name: 'b', hosts: 'u.local' }],
      upstream: 'any',
    }),
  ),
  ...CROWDS,
];
