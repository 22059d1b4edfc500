/** How pods open a connection (RFC 9113 section 3.4). Hazard GR-15 is a pod that sends nothing, GR-11 a pod that speaks HTTP/1.1. */
import {
  data,
  FLAG,
  FRAME,
  frame,
  number32,
  ping,
  SETTING,
  settings,
  windowUpdate,
} from '../../fixtures/http2/frames.ts';
import { CONNECTION_LOST, OK } from '../../fixtures/http2/pod-answers.ts';
import { ended, type PodRow } from '../../fixtures/http2/pod-conformance.ts';
import { headers } from '../../fixtures/http2/raw-http2-client.ts';

/** The pod did not open HTTP/2 correctly. The router has sent no part of the request, so it may use another connection. */
const FAILED = [
  ...OK,
  '200',
  ...CONNECTION_LOST,
  '502 connect-refused',
  '503 stream-refused',
  '504 connect-timeout',
];
/** After SETTINGS the router may send the request before it reads the rest of the segment. Then the pod may answer it. */
const EARLY = ['open', 'RST protocolError', ...ended('protocolError', 'streamClosed')];
const PROTOCOL = ended('protocolError');
const goaway = (last: number, code: number) =>
  frame(FRAME.goaway, 0, 0, Buffer.concat([number32(last), number32(code)]));

interface Opening {
  readonly what: string;
  readonly opening: readonly Buffer[];
  readonly ends: readonly string[];
}

const WRONG: readonly Opening[] = [
  { what: 'PING before SETTINGS', opening: [ping(), settings([])], ends: PROTOCOL },
  { what: 'WINDOW_UPDATE before SETTINGS', opening: [windowUpdate(0, 1), settings([])], ends: PROTOCOL },
  { what: 'GOAWAY before SETTINGS', opening: [goaway(0, 0), settings([])], ends: PROTOCOL },
  { what: 'HEADERS before SETTINGS', opening: [headers(1, [[':status', '200']])], ends: PROTOCOL },
  { what: 'an unknown frame before SETTINGS', opening: [frame(0xfa, 0, 0), settings([])], ends: PROTOCOL },
  {
    what: 'an acknowledgement before SETTINGS',
    opening: [frame(FRAME.settings, FLAG.ack, 0), settings([])],
    ends: PROTOCOL,
  },
  { what: 'SETTINGS on a stream', opening: [frame(FRAME.settings, 0, 1)], ends: PROTOCOL },
  {
    what: 'SETTINGS of five octets',
    opening: [frame(FRAME.settings, 0, 0, Buffer.alloc(5))],
    ends: ended('frameSizeError'),
  },
  { what: 'ENABLE_PUSH of 1', opening: [settings([[SETTING.enablePush, 1]])], ends: PROTOCOL },
  { what: 'MAX_FRAME_SIZE of 0', opening: [settings([[SETTING.maxFrame, 0]])], ends: PROTOCOL },
  {
    what: 'INITIAL_WINDOW_SIZE of 2^31',
    opening: [settings([[SETTING.initialWindow, 2 ** 31]])],
    ends: ended('flowControlError'),
  },
  {
    what: 'HEADERS of a stream that was not opened',
    opening: [settings([]), headers(1, [[':status', '200']])],
    ends: EARLY,
  },
  {
    what: 'DATA of a stream that was not opened',
    opening: [settings([]), data(1, 'x')],
    ends: EARLY,
  },
  {
    what: 'text',
    opening: [Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'.repeat(3))],
    ends: ended('protocolError', 'frameSizeError'),
  },
];

const LEAVING: readonly PodRow[] = [
  {
    name: '6.8: GOAWAY right after SETTINGS',
    opening: [settings([]), goaway(0, 0)],
    alone: true,
    play: (request) => request.connection.index > 0 && request.answer('ok'),
    answers: FAILED,
    ends: ['open', 'closed', 'GOAWAY noError'],
  },
  {
    name: '9.1: the end of TCP right after SETTINGS',
    opening: [settings([])],
    begins: ({ socket }) => socket.end(),
    alone: true,
    play: (request) => request.connection.index > 0 && request.answer('ok'),
    answers: FAILED,
    ends: ['closed', 'GOAWAY noError'],
  },
  {
    name: '9.1: the end of TCP before SETTINGS',
    opening: [],
    begins: ({ socket }) => socket.end(),
    alone: true,
    play: (request) => request.answer('ok'),
    answers: FAILED,
    ends: ['closed', 'GOAWAY noError'],
  },
];

export const POD_OPENING_ROWS: readonly PodRow[] = [
  ...WRONG.map(
    ({ what, opening, ends }): PodRow => ({
      name: `3.4: ${what}`,
      opening,
      alone: true,
      // The router may detect the error after it has sent the request.
      play: (request) => request.connection.index > 0 && request.answer('ok'),
      answers: FAILED,
      ends: [...ends],
    }),
  ),
  {
    name: '3.4: SETTINGS of the pod in pieces',
    opening: [settings([[SETTING.maxStreams, 10]]).subarray(0, 5)],
    begins: async (connection) => {
      await connection.frame('SETTINGS', ({ type }) => type === FRAME.settings);
      connection.send(settings([[SETTING.maxStreams, 10]]).subarray(5));
    },
    alone: true,
    play: (request) => request.answer('ok'),
    answers: OK,
    ends: ['open'],
  },
  ...LEAVING,
];
