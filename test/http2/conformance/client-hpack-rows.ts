/** Header compression: the forms of fields, and the dynamic table (RFC 7541 sections 2, 4 and 6). */
import {
  connectionError,
  type ConformanceRow,
  rowsOf,
  type ShortRow,
} from '../../fixtures/http2/conformance.ts';
import { block, ECHO, echo, FAILS, kept, NEWEST, valued } from '../../fixtures/http2/echo-blocks.ts';
import { data, FRAME, frame } from '../../fixtures/http2/frames.ts';
import { ENTRY, indexed, literal, SMALL_GET, tableSize } from '../../fixtures/http2/hpack-forms.ts';
import { headers, pseudo } from '../../fixtures/http2/raw-http2-client.ts';

const FORMS: readonly ShortRow[] = [
  ['7541 6.1: indexed fields', [block(1, SMALL_GET)], ['1: 200 a GET /']],
  [
    '7541 6.2.1: a literal with indexing, and its entry',
    [echo(1, kept('t-a', '1'), indexed(NEWEST))],
    ['1: 200 t-a=1 t-a=1'],
  ],
  [
    '7541 6.2.2: a literal without indexing',
    [echo(1, literal('plain', 't-a', '1'), kept('t-b', '2'), indexed(NEWEST))],
    ['1: 200 t-a=1 t-b=2 t-b=2'],
  ],
  [
    '7541 6.2.3: a literal that is never indexed',
    [echo(1, kept('t-b', '2'), literal('never', 't-a', '1'), indexed(NEWEST))],
    ['1: 200 t-b=2 t-a=1 t-b=2'],
  ],
  [
    '7541 6.2: names of an entry',
    [
      echo(
        1,
        kept('t-a', '1'),
        literal('plain', NEWEST, '2'),
        literal('never', NEWEST, '3'),
        kept(NEWEST, '4'),
        indexed(NEWEST),
      ),
    ],
    ['1: 200 t-a=1 t-a=2 t-a=3 t-a=4 t-a=4'],
  ],
  [
    '7541 2.3.2: the newest entry comes first',
    [echo(1, kept('t-a', '1'), kept('t-b', '2'), indexed(NEWEST + 1), indexed(NEWEST))],
    ['1: 200 t-a=1 t-b=2 t-a=1 t-b=2'],
  ],
  [
    '7541 2.2: entries of an earlier block',
    [echo(1, kept('t-a', '1')), echo(3, indexed(NEWEST))],
    ['1: 200 t-a=1; 3: 200 t-a=1'],
  ],
  [
    '7541 2.3.2: the same entry twice',
    [echo(1, kept('t-a', '1'), kept('t-a', '1'), indexed(NEWEST), indexed(NEWEST + 1))],
    ['1: 200 t-a=1 t-a=1 t-a=1 t-a=1'],
  ],
  ['7541 6.2: an empty value', [echo(1, literal('plain', 't-a', ''))], ['1: 200 t-a=']],
  [
    '7541 5.1: a length of two octets',
    [echo(1, literal('plain', 't-a', 'x'.repeat(127)))],
    [`1: 200 t-a=${'x'.repeat(127)}`],
  ],
  [
    '7541 5.1: a length of three octets',
    [echo(1, kept('t-a', 'x'.repeat(3_000)), indexed(NEWEST))],
    [`1: 200 t-a=${'x'.repeat(3_000)} t-a=${'x'.repeat(3_000)}`],
  ],
  [
    '7541 5.1: a length with octets of 0',
    [echo(1, valued(Buffer.concat([Buffer.of(0x7f, 0x80, 0x80, 0), Buffer.alloc(127, 'x')])))],
    [`1: 200 t-a=${'x'.repeat(127)}`, ...FAILS],
  ],
];

const TABLE: readonly ShortRow[] = [
  [
    '7541 4.4: an entry evicts other entries',
    [echo(1, ...many(110)), echo(3, indexed(NEWEST))],
    ['1: 431 too-many-headers; 3: 200 t-110=1'],
  ],
  [
    '7541 4.4: a reference to an evicted entry',
    [
      block(
        1,
        tableSize(72),
        ...ECHO,
        kept('t-a', '1'),
        kept('t-b', '2'),
        kept('t-c', '3'),
        indexed(NEWEST + 2),
      ),
    ],
    FAILS,
  ],
  [
    '7541 4.4: as many entries as fit',
    [
      block(
        1,
        tableSize(72),
        ...ECHO,
        kept('t-a', '1'),
        kept('t-b', '2'),
        kept('t-c', '3'),
        indexed(NEWEST + 1),
      ),
    ],
    ['1: 200 t-a=1 t-b=2 t-c=3 t-b=2'],
  ],
  [
    '7541 4.4: an entry above the table size empties the table, and the field is read',
    [block(1, tableSize(72), ...ECHO, kept('t-a', '1'), kept('t-b', 'x'.repeat(40))), echo(3)],
    [`1: 200 t-a=1 t-b=${'x'.repeat(40)}; 3: 200`],
  ],
  [
    '7541 4.4: after an entry above the table size the table is empty',
    [block(1, tableSize(72), ...ECHO, kept('t-a', '1'), kept('t-b', 'x'.repeat(40)), indexed(NEWEST))],
    FAILS,
  ],
  [
    '7541 4.4: a reference to the name of the entry that is evicted',
    [block(1, tableSize(40), ...ECHO, kept('t-a', '1'), kept(NEWEST, '2'), indexed(NEWEST))],
    ['1: 200 t-a=1 t-a=2 t-a=2'],
  ],
  [
    '7541 4.3: a table of no octets',
    [echo(1, kept('t-a', '1')), block(3, tableSize(0), ...ECHO, kept('t-a', '1'))],
    ['1: 200 t-a=1; 3: 200 t-a=1'],
  ],
  [
    '7541 4.3: a table of no octets has no entries',
    [block(1, tableSize(0), ...ECHO, kept('t-a', '1'), indexed(NEWEST))],
    FAILS,
  ],
  [
    '7541 4.3: a smaller table keeps its newest entries',
    [echo(1, kept('t-a', '1'), kept('t-b', '2')), block(3, tableSize(36), ...ECHO, indexed(NEWEST))],
    ['1: 200 t-a=1 t-b=2; 3: 200 t-b=2'],
  ],
  [
    '7541 4.3: a smaller table evicts its oldest entries',
    [echo(1, kept('t-a', '1'), kept('t-b', '2')), block(3, tableSize(36), ...ECHO, indexed(NEWEST + 1))],
    FAILS,
  ],
  [
    '7541 4.2: a table of no octets and back: the table is empty',
    [echo(1, kept('t-a', '1')), block(3, tableSize(0), tableSize(4_096), ...ECHO, indexed(NEWEST))],
    FAILS,
  ],
  [
    '7541 4.2: a table of no octets and back: new entries are kept',
    [
      echo(1, kept('t-a', '1')),
      block(3, tableSize(0), tableSize(4_096), ...ECHO, kept('t-b', '2'), indexed(NEWEST)),
    ],
    ['1: 200 t-a=1; 3: 200 t-b=2 t-b=2'],
  ],
  ['7541 6.3: the size that the router allows', [block(1, tableSize(4_096), ...ECHO)], ['1: 200']],
  ['7541 6.3: a size above it', [block(1, tableSize(4_097), ...ECHO)], FAILS],
  ['7541 6.3: a size far above it', [block(1, tableSize(2 ** 31), ...ECHO)], FAILS],
  ['7541 4.2: a size after a field', [block(1, indexed(ENTRY.get), tableSize(100), ...ECHO.slice(1))], FAILS],
  ['7541 4.2: a size at the end of a block', [block(1, ...ECHO, tableSize(100))], FAILS],
];

/** Enough fields that the oldest entry is evicted. */
function many(count: number): Buffer[] {
  return Array.from({ length: count }, (_, at) => kept(`t-${at + 1}`, '1'));
}

/** The router must decode every block, regardless of what happens to its stream: otherwise its table differs from the client's. */
const STATE: readonly ShortRow[] = [
  [
    '9113 4.3: the block of a malformed request',
    [echo(1, literal('plain', 'te', 'x'), kept('t-a', '1')), echo(3, indexed(NEWEST))],
    ['1: protocolError; 3: 200 t-a=1'],
  ],
  [
    '9113 4.3: a field after a malformed one',
    [block(1, kept('T-A', '1'), ...ECHO, kept('t-b', '2')), echo(3, indexed(NEWEST))],
    ['1: protocolError; 3: 200 t-b=2'],
  ],
  [
    '9113 4.3: the block of a request that is too long',
    [
      echo(
        1,
        kept('t-a', '1'),
        ...Array.from({ length: 12 }, () => literal('plain', 't-l', 'x'.repeat(1_300))),
        kept('t-b', '2'),
      ),
      echo(3, indexed(NEWEST), indexed(NEWEST + 1)),
    ],
    ['3: 200 t-b=2 t-a=1'],
  ],
  [
    '9113 4.3: the trailers of a request',
    [headers(1, pseudo('POST'), 'more'), data(1, 'x'), block(1, kept('t-a', '1')), echo(3, indexed(NEWEST))],
    ['1: 200 a POST /; 3: 200 t-a=1'],
  ],
  [
    '9113 4.3: a block on a stream that its client has reset',
    [
      headers(1, pseudo('POST', '/silent'), 'more'),
      frame(FRAME.reset, 0, 1, Buffer.of(0, 0, 0, 8)),
      block(1, kept('t-a', '1')),
      echo(3, indexed(NEWEST)),
    ],
    ['3: 200 t-a=1', ...connectionError('streamClosed')],
  ],
  [
    '9113 4.3: trailers that are not valid HPACK',
    [headers(1, pseudo('POST', '/silent'), 'more'), block(1, indexed(NEWEST))],
    FAILS,
  ],
  [
    '9113 4.3: a malformed request that is not valid HPACK',
    [block(1, literal('plain', 'T-A', '1'), indexed(NEWEST))],
    FAILS,
  ],
];

export const HPACK_ROWS: readonly ConformanceRow[] = rowsOf([...FORMS, ...TABLE, ...STATE]);
