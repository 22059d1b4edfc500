/** Frames of pods that are not allowed (RFC 9113 sections 4 to 6 and 8.4). */
import {
  data,
  FLAG,
  FRAME,
  frame,
  number32,
  ping,
  reset,
  SETTING,
  settings,
  windowUpdate,
} from '../../fixtures/http2/frames.ts';
import { ENTRY, indexed } from '../../fixtures/http2/hpack-forms.ts';
import { HEAD, CONNECTION_LOST } from '../../fixtures/http2/pod-answers.ts';
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

const WRONG: readonly ShortPodRow[] = [
  ['8.1: DATA before a head', only((id) => data(id, 'x')), CONNECTION_LOST, wasReset('protocolError')],
  [
    '8.1: DATA with END_STREAM before a head',
    only((id) => data(id, 'x', 'end')),
    CONNECTION_LOST,
    wasReset('protocolError'),
  ],
  [
    '5.1: HEADERS on an idle stream',
    only((id) => headers(id + 100, HEAD)),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  ['5.1.1: HEADERS on an even stream', only(() => headers(2, HEAD)), CONNECTION_LOST, ended('protocolError')],
  [
    '5.1: DATA on an idle stream',
    only((id) => data(id + 100, 'x')),
    CONNECTION_LOST,
    ended('protocolError', 'streamClosed'),
  ],
  [
    '5.1: RST_STREAM on an idle stream',
    only((id) => reset(id + 100, 8)),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '5.1: WINDOW_UPDATE on an idle stream',
    only((id) => windowUpdate(id + 100, 1)),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '5.1: DATA on an even stream',
    only(() => data(2, 'x')),
    CONNECTION_LOST,
    ended('protocolError', 'streamClosed'),
  ],
  ['6.2: HEADERS on stream 0', only(() => headers(0, HEAD)), CONNECTION_LOST, ended('protocolError')],
  ['6.1: DATA on stream 0', only(() => data(0, 'x')), CONNECTION_LOST, ended('protocolError')],
  ['6.4: RST_STREAM on stream 0', only(() => reset(0, 8)), CONNECTION_LOST, ended('protocolError')],
  [
    '6.4: RST_STREAM of three octets',
    only((id) => frame(FRAME.reset, 0, id, Buffer.alloc(3))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '8.4: PUSH_PROMISE, which podway has disabled',
    only((id) => frame(FRAME.pushPromise, endHeaders, id, number32(2))),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '8.4: PUSH_PROMISE on stream 0',
    only(() => frame(FRAME.pushPromise, endHeaders, 0, number32(2))),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.10: CONTINUATION without HEADERS before it',
    only((id) => frame(FRAME.continuation, endHeaders, id)),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.10: PING within a header block',
    (id) => [frame(FRAME.headers, endStream, id, indexed(ENTRY.status200)), ping()],
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.10: CONTINUATION of another stream',
    (id) => [
      frame(FRAME.headers, endStream, id),
      frame(FRAME.continuation, endHeaders, id + 2, indexed(ENTRY.status200)),
    ],
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '4.2: DATA above the largest size',
    (id) => [headers(id, HEAD, 'more'), data(id, Buffer.alloc(16_385))],
    ['cut', ...CONNECTION_LOST],
    wasReset('frameSizeError'),
  ],
  [
    '4.2: HEADERS above the largest size',
    only((id) => frame(FRAME.headers, endHeaders, id, Buffer.alloc(16_385))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '4.2: an unknown frame above the largest size',
    only(() => frame(0xfa, 0, 0, Buffer.alloc(16_385))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '6.1: padding as long as the frame',
    (id) => [headers(id, HEAD, 'more'), frame(FRAME.data, FLAG.padded, id, Buffer.of(3, 1, 1))],
    ['cut', ...CONNECTION_LOST],
    ended('protocolError'),
  ],
  [
    '6.2: padding as long as the block',
    only((id) => frame(FRAME.headers, endHeaders | FLAG.padded, id, Buffer.of(3, 0x88))),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.5: SETTINGS on a stream',
    only((id) => frame(FRAME.settings, 0, id)),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.5: SETTINGS of five octets',
    only(() => frame(FRAME.settings, 0, 0, Buffer.alloc(5))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '6.5: an acknowledgement with a setting',
    only(() => frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(6))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '6.5.2: ENABLE_PUSH of 1, which no server may send',
    only(() => settings([[SETTING.enablePush, 1]])),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.5.2: ENABLE_PUSH of 2',
    only(() => settings([[SETTING.enablePush, 2]])),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.5.2: INITIAL_WINDOW_SIZE of 2^31',
    only(() => settings([[SETTING.initialWindow, 2 ** 31]])),
    CONNECTION_LOST,
    ended('flowControlError'),
  ],
  [
    '6.5.2: MAX_FRAME_SIZE below 2^14',
    only(() => settings([[SETTING.maxFrame, 16_383]])),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.5.2: MAX_FRAME_SIZE of 2^24',
    only(() => settings([[SETTING.maxFrame, 2 ** 24]])),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.7: PING of seven octets',
    only(() => frame(FRAME.ping, 0, 0, Buffer.alloc(7))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '6.7: PING on a stream',
    only((id) => frame(FRAME.ping, 0, id, Buffer.alloc(8))),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.8: GOAWAY on a stream',
    only((id) => frame(FRAME.goaway, 0, id, Buffer.alloc(8))),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.8: GOAWAY of seven octets',
    only(() => frame(FRAME.goaway, 0, 0, Buffer.alloc(7))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '6.9: WINDOW_UPDATE of 0 for the connection',
    only(() => windowUpdate(0, 0)),
    CONNECTION_LOST,
    ended('protocolError'),
  ],
  [
    '6.9: WINDOW_UPDATE of 0 for a stream',
    only((id) => windowUpdate(id, 0)),
    CONNECTION_LOST,
    wasReset('protocolError'),
  ],
  [
    '6.9: WINDOW_UPDATE of three octets',
    only(() => frame(FRAME.windowUpdate, 0, 0, Buffer.alloc(3))),
    CONNECTION_LOST,
    ended('frameSizeError'),
  ],
  [
    '6.9.1: the window of the connection above 2^31',
    only(() => windowUpdate(0, 2 ** 31 - 1)),
    CONNECTION_LOST,
    ended('flowControlError'),
  ],
  [
    '6.9.1: the window of a stream above 2^31',
    only((id) => windowUpdate(id, 2 ** 31 - 1)),
    CONNECTION_LOST,
    wasReset('flowControlError'),
  ],
  [
    '6.9.2: the initial window raises the window of a stream above 2^31',
    (id) => [windowUpdate(id, 1), settings([[SETTING.initialWindow, 2 ** 31 - 1]])],
    CONNECTION_LOST,
    ended('flowControlError'),
  ],
  [
    'an answer of HTTP/1.1 in the middle',
    only(() => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')),
    CONNECTION_LOST,
    ended('frameSizeError', 'protocolError'),
  ],
];

export const POD_FRAME_ROWS: readonly PodRow[] = podRowsOf(WRONG);
