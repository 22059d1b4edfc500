/** How connections to pods end: GOAWAY, and TCP (RFC 9113 sections 5.4.1, 6.8 and 9.1). */
import { post } from '../../fixtures/check.ts';
import { CODE, data, FRAME, frame, number32 } from '../../fixtures/http2/frames.ts';
import { HEAD, lengthOf, CONNECTION_LOST, OK, OPEN, part, whole } from '../../fixtures/http2/pod-answers.ts';
import type { PodRow } from '../../fixtures/http2/pod-conformance.ts';
import type { PodRequest } from '../../fixtures/http2/raw-http2-pod.ts';
import { headers } from '../../fixtures/http2/raw-http2-client.ts';

const goaway = (last: number, code: keyof typeof CODE, debug = '') =>
  frame(FRAME.goaway, 0, 0, Buffer.concat([number32(last), number32(CODE[code]), Buffer.from(debug)]));
const ALL = 2 ** 31 - 1;
/** The connection stays open until its last stream has ended. The router closes it when it has no streams. */
const LEAVES = ['open', 'closed', 'GOAWAY noError'];
const GONE = ['closed', 'GOAWAY noError', 'GOAWAY protocolError', 'GOAWAY internalError'];

/** The pod does this on its first connection, and answers on later connections. */
const atFirst = (does: (request: PodRequest) => unknown) => (request: PodRequest) =>
  request.connection.index === 0 ? does(request) : request.answer('ok');

/** The pod sends these frames on its first connection. */
const leaving = (frames: (id: number) => readonly Buffer[]) =>
  atFirst(({ connection, id }) => connection.send(...frames(id)));

/** GOAWAY: the router may send requests above its last stream again, with any method (section 8.7). */
const GOAWAYS: readonly PodRow[] = [
  {
    name: '6.8: GOAWAY, and the answer after it',
    play: leaving((id) => [goaway(id, 'noError'), ...whole(id)]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '6.8: GOAWAY within an answer',
    play: leaving((id) => [
      headers(id, HEAD, 'more'),
      data(id, 'o'),
      goaway(id, 'noError'),
      data(id, 'k', 'end'),
    ]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '6.8: GOAWAY with debug data, and all streams below it',
    play: leaving((id) => [goaway(ALL, 'noError', 'bye'), ...whole(id)]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '6.8: GOAWAY in two steps',
    play: leaving((id) => [goaway(ALL, 'noError'), goaway(id, 'noError'), ...whole(id)]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '6.8: GOAWAY with the highest stream, then with the stream before this one',
    play: leaving((id) => [goaway(ALL, 'noError'), goaway(id - 2, 'noError')]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '6.8: GOAWAY with the stream before this one',
    play: leaving((id) => [goaway(id - 2, 'noError')]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '8.7: GOAWAY with the stream before this one, which is a POST',
    request: post('/row', 'x'),
    play: leaving((id) => [goaway(id - 2, 'noError')]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '6.8: GOAWAY with last stream 0',
    play: leaving(() => [goaway(0, 'noError')]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '8.7: GOAWAY with last stream 0, and this one is a POST',
    request: post('/row', 'x'),
    play: leaving(() => [goaway(0, 'noError')]),
    answers: OK,
    ends: LEAVES,
  },
  {
    name: '6.8: GOAWAY with ENHANCE_YOUR_CALM and last stream 0',
    play: leaving(() => [goaway(0, 'enhanceYourCalm')]),
    answers: [...OK, ...CONNECTION_LOST],
    ends: [...GONE, ...LEAVES, 'GOAWAY enhanceYourCalm'],
  },
  {
    name: '6.8: GOAWAY with an error, and the end of TCP',
    play: atFirst(({ connection, id }) => {
      connection.send(goaway(id, 'internalError'));
      connection.socket.end();
    }),
    answers: [...OK, ...CONNECTION_LOST],
    ends: [...GONE, 'GOAWAY internalError'],
  },
  {
    name: '6.8: GOAWAY with an error, and the end of TCP, to a POST',
    request: post('/row', 'x'),
    play: atFirst(({ connection, id }) => {
      connection.send(goaway(id, 'internalError'));
      connection.socket.end();
    }),
    answers: CONNECTION_LOST,
    ends: [...GONE, 'GOAWAY internalError'],
  },
  {
    name: '6.8: a second GOAWAY with a higher stream',
    play: leaving((id) => [goaway(id, 'noError'), goaway(id + 2, 'noError'), ...whole(id)]),
    answers: [...OK, ...CONNECTION_LOST],
    ends: [...LEAVES, 'GOAWAY protocolError'],
  },
  {
    name: '6.8: GOAWAY with an even stream',
    play: leaving((id) => [goaway(id + 1, 'noError'), ...whole(id)]),
    answers: [...OK, ...CONNECTION_LOST],
    ends: [...LEAVES, 'GOAWAY protocolError'],
  },
  {
    name: '6.8: GOAWAY, and a stream that ends in a reset',
    play: leaving((id) => [goaway(id, 'noError'), frame(FRAME.reset, 0, id, number32(CODE.internalError))]),
    answers: [...OK, ...CONNECTION_LOST],
    ends: LEAVES,
  },
  {
    name: '6.4: REFUSED_STREAM, then an answer on the same connection',
    play: refusing(),
    answers: OK,
    ends: OPEN,
  },
  {
    name: '8.7: REFUSED_STREAM to a POST, then an answer',
    request: post('/row', 'x'),
    play: refusing(),
    answers: OK,
    ends: OPEN,
  },
];

/** The pod refuses the first request of a connection and answers the next one. */
function refusing(): PodRow['play'] {
  const refused = new WeakSet<object>();
  return ({ connection, id, answer }) => {
    if (refused.has(connection)) return answer('ok');
    refused.add(connection);
    connection.send(frame(FRAME.reset, 0, id, number32(CODE.refusedStream)));
  };
}

interface Cut {
  readonly what: string;
  readonly frames: (id: number) => readonly Buffer[];
  /** The allowed answers. If the connection ends before the head, the router tries a GET again. */
  readonly answers: readonly string[];
}

const CUTS: readonly Cut[] = [
  { what: 'before the head', frames: () => [], answers: [...OK, ...CONNECTION_LOST] },
  {
    what: 'within a frame header',
    frames: (id) => [headers(id, HEAD).subarray(0, 5)],
    answers: [...OK, ...CONNECTION_LOST],
  },
  {
    what: 'within HEADERS',
    frames: (id) => [headers(id, HEAD).subarray(0, 12)],
    answers: [...OK, ...CONNECTION_LOST],
  },
  {
    what: 'within a header block',
    frames: (id) => [frame(FRAME.headers, 0, id)],
    answers: [...OK, ...CONNECTION_LOST],
  },
  {
    what: 'after an interim response',
    frames: (id) => [headers(id, [[':status', '103']], 'more')],
    answers: ['103, 200 ok', '103, 502 upstream-reset', '103, 502 upstream-closed'],
  },
  {
    what: 'after the head',
    frames: (id) => [headers(id, HEAD, 'more')],
    answers: ['cut', ...CONNECTION_LOST, ...OK],
  },
  {
    what: 'after a part of a length',
    frames: (id) => part(id, lengthOf('9')),
    answers: ['cut', ...CONNECTION_LOST],
  },
  { what: 'after a part without a length', frames: (id) => part(id), answers: ['cut', ...CONNECTION_LOST] },
  {
    what: 'within DATA',
    frames: (id) => [headers(id, HEAD, 'more'), data(id, 'part', 'end').subarray(0, 11)],
    answers: ['cut', ...CONNECTION_LOST],
  },
  {
    what: 'within trailers',
    frames: (id) => [...part(id), headers(id, [['t-a', '1']]).subarray(0, 11)],
    answers: ['cut', ...CONNECTION_LOST],
  },
  { what: 'after the whole answer', frames: (id) => whole(id), answers: OK },
];

const WAYS = [
  ['ends TCP', (request: PodRequest) => request.connection.socket.end()],
  ['resets TCP', (request: PodRequest) => setImmediate(() => request.connection.reset())],
] as const;

export const POD_CONNECTION_ROWS: readonly PodRow[] = [
  ...GOAWAYS,
  ...WAYS.flatMap(([way, leave]) =>
    CUTS.map(
      ({ what, frames, answers }): PodRow => ({
        name: `5.4.1: a pod ${way} ${what}`,
        play: atFirst((request) => {
          request.connection.send(...frames(request.id));
          leave(request);
        }),
        // After a reset the kernel may discard bytes received before it.
        answers: way === 'ends TCP' ? answers : [...answers, ...OK, ...CONNECTION_LOST],
        ends: GONE,
      }),
    ),
  ),
];
