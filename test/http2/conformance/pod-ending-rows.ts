/** Trailers of pods, and how a response ends: by method, and by RST_STREAM (RFC 9113 sections 7 and 8.1). */
import { get, head, post } from '../../fixtures/check.ts';
import { CODE, data, FLAG, FRAME, frame, reset } from '../../fixtures/http2/frames.ts';
import { encodeFields } from '../../fixtures/http2/hpack.ts';
import {
  FAILED,
  HEAD,
  lengthOf,
  MALFORMED,
  OK,
  OPEN,
  part,
  whole,
} from '../../fixtures/http2/pod-answers.ts';
import { type PodRow, podRowsOf, type ShortPodRow } from '../../fixtures/http2/pod-conformance.ts';
import { headers } from '../../fixtures/http2/raw-http2-client.ts';

const TRAILERS: readonly ShortPodRow[] = [
  ['8.1: trailers', (id) => [...part(id), headers(id, [['t-a', '1']])], ['200 part'], OPEN],
  ['8.1: empty trailers', (id) => [...part(id), headers(id, [])], ['200 part'], OPEN],
  [
    '8.1: trailers without content',
    (id) => [headers(id, HEAD, 'more'), headers(id, [['t-a', '1']])],
    ['200'],
    OPEN,
  ],
  [
    '8.1: trailers in two frames',
    (id) => [
      ...part(id),
      frame(FRAME.headers, FLAG.endStream, id),
      frame(FRAME.continuation, FLAG.endHeaders, id, encodeFields([['t-a', '1']])),
    ],
    ['200 part'],
    OPEN,
  ],
  [
    '8.1: trailers without END_STREAM',
    (id) => [...part(id), headers(id, [['t-a', '1']], 'more')],
    ['cut', ...FAILED],
    MALFORMED,
  ],
  [
    '8.1: DATA after trailers',
    (id) => [...part(id), headers(id, [['t-a', '1']], 'more'), data(id, 'x', 'end')],
    ['cut', ...FAILED],
    MALFORMED,
  ],
  [
    '8.1: another head instead of trailers',
    (id) => [...part(id), headers(id, HEAD)],
    ['cut', ...FAILED],
    MALFORMED,
  ],
  [
    '8.1: trailers with :path',
    (id) => [...part(id), headers(id, [[':path', '/']])],
    ['cut', ...FAILED],
    MALFORMED,
  ],
  [
    '8.2.1: trailers in upper case',
    (id) => [...part(id), headers(id, [['T-A', '1']])],
    ['cut', ...FAILED],
    MALFORMED,
  ],
  [
    '8.2.2: trailers with connection',
    (id) => [...part(id), headers(id, [['connection', 't-a']])],
    ['cut', ...FAILED],
    MALFORMED,
  ],
  [
    '8.2.2: trailers with transfer-encoding',
    (id) => [...part(id), headers(id, [['transfer-encoding', 'chunked']])],
    ['cut', ...FAILED],
    MALFORMED,
  ],
];

/** Responses by method. The router reads no body after the head of a response to HEAD, regardless of what the pod sends. */
const METHODS: readonly PodRow[] = [
  ...podRowsOf(
    [
      [
        '8.1.1: HEAD with the length of the omitted body',
        (id) => [headers(id, lengthOf('9'))],
        ['200'],
        OPEN,
      ],
    ],
    {
      request: head('HEAD /row HTTP/1.1', 'Host: t.local'),
    },
  ),
  ...podRowsOf(
    [
      [
        '8.1.1: HEAD with content',
        (id) => whole(id, lengthOf('2')),
        ['200', ...FAILED],
        ['open', 'RST cancel', ...MALFORMED],
      ],
    ],
    {
      request: head('HEAD /row HTTP/1.1', 'Host: t.local'),
    },
  ),
  ...podRowsOf(
    [
      [
        '8.1: an answer before the end of the request',
        (id) => [...whole(id), reset(id, CODE.noError)],
        OK,
        OPEN,
      ],
    ],
    {
      request: post('/row', 'x'.repeat(10)),
    },
  ),
];

/** Codes of RST_STREAM before the head. The router sends a refused request or a GET once more. */
const CODES: readonly (readonly [code: string, value: number, answers: readonly string[]])[] = [
  ...Object.entries(CODE).map(
    ([name, value]) =>
      [
        name,
        value,
        name === 'refusedStream' ? ['503 stream-refused'] : ['502 upstream-reset', '502 upstream-closed'],
      ] as const,
  ),
  ['an unknown code', 0xffff_fff0, ['502 upstream-reset']],
];

export const POD_ENDING_ROWS: readonly PodRow[] = [
  ...podRowsOf(TRAILERS),
  ...METHODS,
  ...podRowsOf(
    CODES.map(
      ([code, value, answers]): ShortPodRow => [
        `7: RST_STREAM before a head: ${code}`,
        (id) => [reset(id, value)],
        answers,
        OPEN,
      ],
    ),
  ),
  ...podRowsOf(
    CODES.map(
      ([code, value]): ShortPodRow => [
        `7: RST_STREAM after a head and content: ${code}`,
        (id) => [...part(id, lengthOf('9')), reset(id, value)],
        ['cut', '502 upstream-reset', '502 upstream-closed'],
        OPEN,
      ],
    ),
  ),
  ...podRowsOf(
    [
      [
        '7: RST_STREAM with CANCEL before a head, to a POST, which is not sent again',
        (id) => [reset(id, CODE.cancel)],
        ['502 upstream-reset'],
        OPEN,
      ],
    ],
    { request: post('/row', 'x') },
  ),
  ...podRowsOf(
    [
      [
        '8.1: a complete answer, and RST_STREAM with NO_ERROR',
        (id) => [...whole(id), reset(id, CODE.noError)],
        OK,
        OPEN,
      ],
    ],
    {
      request: get('/row'),
    },
  ),
];
