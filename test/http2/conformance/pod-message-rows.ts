/** Malformed responses of pods, and interim responses (RFC 9113 sections 8.1 to 8.3). */
import { data } from '../../fixtures/http2/frames.ts';
import type { Field } from '../../fixtures/http2/hpack.ts';
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
import { type PodRow, podRowsOf, type ShortPodRow, wasReset } from '../../fixtures/http2/pod-conformance.ts';
import { headers } from '../../fixtures/http2/raw-http2-client.ts';

const answer = (fields: readonly Field[]) => (id: number) => whole(id, fields);
const alone = (fields: readonly Field[]) => (id: number) => [headers(id, fields)];
const hints = (id: number, end: 'end' | 'more' = 'more') =>
  headers(
    id,
    [
      [':status', '103'],
      ['link', '</a>'],
    ],
    end,
  );

const HEADS: readonly ShortPodRow[] = [
  ['8.3.2: no :status', answer([['t-a', '1']]), FAILED, MALFORMED],
  ['8.3.2: an empty head', answer([]), FAILED, MALFORMED],
  ['8.3.2: an empty :status', answer([[':status', '']]), FAILED, MALFORMED],
  ['8.3.2: a :status of letters', answer([[':status', 'abc']]), FAILED, MALFORMED],
  ['8.3.2: a :status of two digits', answer([[':status', '20']]), FAILED, MALFORMED],
  ['8.3.2: a :status of four digits', answer([[':status', '2000']]), FAILED, MALFORMED],
  ['8.3.2: a :status with a space', answer([[':status', '200 ']]), FAILED, MALFORMED],
  ['8.3.2: a :status with a sign', answer([[':status', '+20']]), FAILED, MALFORMED],
  ['8.3: two :status', answer([...HEAD, ...HEAD]), FAILED, MALFORMED],
  ['8.3: :path', answer([...HEAD, [':path', '/']]), FAILED, MALFORMED],
  ['8.3: an unknown pseudo field', answer([...HEAD, [':x', '1']]), FAILED, MALFORMED],
  ['8.3: :status after a field', answer([['t-a', '1'], ...HEAD]), FAILED, MALFORMED],
  ['8.2.1: a name in upper case', answer([...HEAD, ['T-A', '1']]), FAILED, MALFORMED],
  ['8.2.2: connection', answer([...HEAD, ['connection', 'close']]), FAILED, MALFORMED],
  ['8.2.2: keep-alive', answer([...HEAD, ['keep-alive', 'timeout=5']]), FAILED, MALFORMED],
  ['8.2.2: proxy-connection', answer([...HEAD, ['proxy-connection', 'close']]), FAILED, MALFORMED],
  ['8.2.2: transfer-encoding', answer([...HEAD, ['transfer-encoding', 'chunked']]), FAILED, MALFORMED],
  ['8.2.2: upgrade', answer([...HEAD, ['upgrade', 'h2c']]), FAILED, MALFORMED],
  [
    '8.6: 101',
    answer([[':status', '101']]),
    ['502 bad-upgrade-response', ...FAILED],
    ['open', 'RST cancel', ...MALFORMED],
  ],
];

/** Fields that would become more than one line for an HTTP/1.1 client. */
const FIELDS: readonly (readonly [name: string, field: Field])[] = [
  ['8.2.1: a value with CRLF', ['t-a', '1\r\nt-b: 2']],
  ['8.2.1: a value with LF', ['t-a', '1\nt-b: 2']],
  ['8.2.1: a value with NUL', ['t-a', '1\0']],
  ['8.2.1: a name with a space', ['t a', '1']],
  ['8.2.1: a name with a colon', ['t-a:b', '1']],
  ['8.2.1: a name with CRLF', ['t-a\r\nt-b', '1']],
  ['8.2.1: an empty name', ['', '1']],
];

/** `open`: the router cannot reset a stream that both sides have ended. */
const WRONG_LENGTH = [...MALFORMED, 'open'];

const LENGTHS: readonly ShortPodRow[] = [
  ['8.1.1: the right length', answer(lengthOf('2')), OK, OPEN],
  ['8.1.1: content above its length', answer(lengthOf('1')), ['cut', '200 o', ...FAILED], WRONG_LENGTH],
  [
    '8.1.1: content above its length, in two frames',
    (id) => [headers(id, lengthOf('1'), 'more'), data(id, 'o'), data(id, 'k', 'end')],
    ['cut', '200 o', ...FAILED],
    WRONG_LENGTH,
  ],
  ['8.1.1: content below its length', answer(lengthOf('3')), ['cut', ...FAILED], WRONG_LENGTH],
  [
    '8.1.1: a length, and END_STREAM',
    alone(lengthOf('3')),
    ['cut', '502 upstream-closed', ...FAILED],
    WRONG_LENGTH,
  ],
  ['8.1.1: two lengths', answer([...lengthOf('2'), ['content-length', '3']]), FAILED, WRONG_LENGTH],
  ['8.1.1: a length that is not a number', answer(lengthOf('2x')), FAILED, WRONG_LENGTH],
  ['8.1.1: a length of 0', alone(lengthOf('0')), ['200'], OPEN],
  [
    '8.1.1: 204 with content',
    answer([[':status', '204']]),
    ['204', ...FAILED],
    ['open', 'RST cancel', ...MALFORMED],
  ],
  [
    '8.1.1: 304 with the length of the omitted body',
    alone([
      [':status', '304'],
      ['content-length', '9'],
    ]),
    ['304'],
    OPEN,
  ],
  [
    '8.1.1: trailers before the whole length has arrived',
    (id) => [...part(id, lengthOf('9')), headers(id, [['t-a', '1']])],
    ['cut', ...FAILED],
    WRONG_LENGTH,
  ],
];

const INTERIM: readonly ShortPodRow[] = [
  ['8.1: interim responses', (id) => [hints(id), hints(id), ...whole(id)], ['103, 103, 200 ok'], OPEN],
  [
    '8.1: a 100 that the client did not request',
    (id) => [headers(id, [[':status', '100']], 'more'), ...whole(id)],
    OK,
    OPEN,
  ],
  [
    '8.1: an interim response with END_STREAM',
    (id) => [hints(id, 'end')],
    [...FAILED, '103, 502 upstream-reset', '103, cut'],
    MALFORMED,
  ],
  [
    '8.1: DATA after an interim response',
    (id) => [hints(id), data(id, 'x', 'end')],
    [...FAILED, '103, 502 upstream-reset', '103, 502 bad-response', '103, cut'],
    wasReset('protocolError'),
  ],
  [
    '8.1: an interim response after the head',
    (id) => [headers(id, HEAD, 'more'), hints(id), data(id, 'x', 'end')],
    ['cut', ...FAILED],
    MALFORMED,
  ],
  [
    '8.1.1: an interim response with a length',
    (id) => [
      headers(
        id,
        [
          [':status', '103'],
          ['content-length', '5'],
        ],
        'more',
      ),
      ...whole(id),
    ],
    ['103, 200 ok', '200 ok', ...FAILED],
    ['open', ...MALFORMED],
  ],
];

export const POD_MESSAGE_ROWS: readonly PodRow[] = [
  ...podRowsOf(HEADS),
  ...podRowsOf(
    FIELDS.map(([name, field]): ShortPodRow => [name, answer([...HEAD, field]), FAILED, MALFORMED]),
  ),
  ...podRowsOf([...LENGTHS, ...INTERIM]),
];
