/**
 * The framing of bodies as properties. For all splits of a body into reads, BodyReader finds the same data, finds the end at
 * the same byte, and takes no byte after it. BodyReader and node:http read back what chunkBefore and chunkAfter write.
 *
 * PROPERTY_RUNS=1000000 makes a long run of each property with a new seed; PROPERTY_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { type BodyKind, BodyReader } from '../../src/http1/body-reader.ts';
import { chunkAfter, chunkBefore } from '../../src/http1/body-writer.ts';
import { mutate } from './mutate.ts';
import { choices, pick, type Random } from './random.ts';
import { reducedCount } from '../fixtures/wide.ts';

const SHORT = reducedCount(6_000);
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? SHORT);
const seed = Number(process.env['PROPERTY_SEED'] ?? (numRuns > SHORT ? Date.now() % 1_000_000_000 : 1));
const RUNS = { numRuns, seed };

type Reading = 'strict' | 'lenient';

interface Body {
  readonly kind: BodyKind;
  readonly length: number;
  readonly reading: Reading;
}

/** A body on the wire, and its content. */
interface Written extends Body {
  readonly wire: string;
  readonly data: string;
  readonly trailers: string;
  /** Whether the body has a form that only pods may use. */
  readonly loose: boolean;
}

interface Outcome {
  readonly data: string;
  /** Offset of the end in the text; undefined if more bytes must follow. */
  readonly end: number | undefined;
  readonly trailers: string;
  readonly loose: boolean;
}

/** Checks what a reader promises about the next bytes of `text` after the bytes that it has read. */
type Promised = (reader: BodyReader, fed: number, data: string) => void;

const nothingPromised: Promised = () => undefined;

/**
 * Feeds latin1 `text`, cut at each of `cuts`. Every piece is at another place of its buffer, with other bytes around it, which must
 * not change. Returns the result, or the rule that the body breaks.
 */
function read({ kind, length, reading }: Body, text: string, cuts: readonly number[], promised: Promised) {
  const reader = new BodyReader(kind, length, reading);
  let data = '';
  let fed = 0;
  for (const cut of [...cuts, text.length]) {
    promised(reader, fed, data);
    const start = cut % 4;
    const bytes = Buffer.from(`${'@'.repeat(start)}${text.slice(fed, cut)}@@@`, 'latin1');
    const end = bytes.length - 3;
    const wasDone = reader.done;
    const next = reader.read(bytes, start, end);
    if (next < 0) return reader.error;
    const { dataStart, dataEnd } = reader;
    assert.ok(
      start <= dataStart && dataStart <= dataEnd && dataEnd <= next && next <= end,
      'offsets in order',
    );
    assert.equal(bytes.toString('latin1', 0, start), '@'.repeat(start));
    assert.equal(bytes.toString('latin1', next), `${text.slice(fed + next - start, cut)}@@@`, 'what follows');
    data += bytes.toString('latin1', dataStart, dataEnd);
    if (wasDone) assert.equal(next, start, 'nothing is taken after the end');
    else if (!reader.done) assert.equal(next, end, 'all is taken before the end');
    fed = reader.done ? fed + next - start : cut;
    if (reader.done && wasDone) break;
  }
  const { done, trailers, loose } = reader;
  return { data, end: done ? fed : undefined, trailers, loose } satisfies Outcome;
}

/** A reader promises that `ahead` bytes of data follow. For a body with a length that is the whole rest. */
function promisesOf({ kind, wire, data }: Written): Promised {
  return (reader, fed, found) => {
    const { ahead } = reader;
    assert.ok(ahead >= 0);
    assert.equal(wire.slice(fed, fed + ahead), data.slice(found.length, found.length + ahead));
    assert.ok(found.length + ahead <= data.length, 'not more than the body has');
    if (kind === 'length') assert.equal(found.length + ahead, data.length);
    if (kind === 'close' || reader.done) assert.equal(ahead, 0);
    assert.equal(reader.endsByClose, kind === 'close');
  };
}

/** Sorted, with repetitions: an empty read must work, too. */
const cutsOf = (text: string, cuts: readonly number[]): number[] =>
  cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b);

const octets = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((it) => Buffer.from(it).toString('latin1'));
/** Text that looks like framing, for data and for the bytes after the end. */
const tricky = fc.constantFrom(
  '\r\n',
  '0\r\n\r\n',
  '3\r\nabc\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\n\r\n',
  '\n',
  '1',
);
const piece = fc.oneof(octets(40), tricky);
const someCuts = fc.array(fc.nat(400), { maxLength: 12 });

const EXTENSIONS = ['', '', '', ';a', ';a=b', ';a="x;\t\\"y"', ';a;b=c;d="e"'];
const TRAILERS = ['', '', '', 'X-T: v\r\n', 'X-T: v\r\nx-u: \r\ngrpc-status: 0\r\n'];

/** A chunked body. `lenient`: with forms that only pods may use. */
function chunkedBody(pieces: readonly string[], reading: Reading, random: Random): Written {
  let loose = false;
  const odd = (strict: string, ...others: readonly string[]): string => {
    if (reading === 'strict' || random(4) > 0) return strict;
    loose = true;
    return pick(others, random);
  };
  const size = (count: number): string => {
    const digits = count.toString(16);
    const zeros = '0'.repeat(random(3)) + odd('', '0'.repeat(17));
    const blank = odd('', ' ', '\t ');
    return (
      zeros +
      (random(2) === 0 ? digits : digits.toUpperCase()) +
      blank +
      pick(EXTENSIONS, random) +
      odd('\r\n', '\n')
    );
  };
  const chunks = pieces.filter((it) => it !== '').map((it) => size(it.length) + it + odd('\r\n', '\n'));
  const trailers = pick(TRAILERS, random);
  const wire = `${chunks.join('')}${size(0)}${trailers}${odd('\r\n', '\n')}`;
  return { kind: 'chunked', length: 0, reading, wire, data: pieces.join(''), trailers, loose };
}

const body: fc.Arbitrary<Written> = fc
  .tuple(
    fc.constantFrom<BodyKind>('none', 'length', 'chunked', 'close'),
    fc.constantFrom<Reading>('strict', 'lenient'),
    fc.array(piece, { maxLength: 6 }),
    choices,
  )
  .map(([kind, reading, pieces, random]) => {
    if (kind === 'chunked') return chunkedBody(pieces, reading, random);
    const data = kind === 'none' ? '' : pieces.join('');
    const length = kind === 'length' ? data.length : 0;
    return { kind, length, reading, wire: data, data, trailers: '', loose: false };
  });

test('a body of every kind is read in the same way for all splits, and no byte after it is taken', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(body, fc.array(piece, { maxLength: 3 }), someCuts, (written, following, cuts) => {
      const { kind, reading, wire, data, trailers, loose } = written;
      seen.add(`${kind} ${reading}${loose ? ' loose' : ''}`);
      // Without framing all bytes belong to the body.
      const text = kind === 'close' ? wire : wire + following.join('');
      const end = kind === 'close' ? undefined : wire.length;
      const found = read(written, text, cutsOf(text, cuts), promisesOf(written));
      assert.deepEqual(found, { data, end, trailers, loose }, JSON.stringify(text));
    }),
    RUNS,
  );
  assert.equal(seen.size, 9, [...seen].join(', '));
});

test('a truncated body is not complete, wherever it ends', () => {
  fc.assert(
    fc.property(body, fc.nat(10_000), someCuts, (written, at, cuts) => {
      const { kind, wire, data } = written;
      if (wire === '' || kind === 'close') return;
      const text = wire.slice(0, at % wire.length);
      const found = read(written, text, cutsOf(text, cuts), promisesOf(written));
      assert.ok(typeof found === 'object', JSON.stringify(text));
      assert.equal(found.end, undefined);
      assert.ok(data.startsWith(found.data));
    }),
    RUNS,
  );
});

/** Chunked bodies that are correct, nearly correct, or malformed. */
const chunkedText = fc.oneof(
  piece,
  fc
    .tuple(fc.array(piece, { maxLength: 4 }), fc.constantFrom<Reading>('strict', 'lenient'), choices)
    .map(([pieces, reading, random]) => {
      let text = chunkedBody(pieces, reading, random).wire;
      for (let left = random(3); left > 0; left -= 1) text = mutate(text, random);
      return text;
    }),
);

const chunked = (reading: Reading): Body => ({ kind: 'chunked', length: 0, reading });

test('a body is refused by the same rule for all splits', () => {
  let refused = 0;
  fc.assert(
    fc.property(
      chunkedText,
      fc.constantFrom<Reading>('strict', 'lenient'),
      someCuts,
      (text, reading, cuts) => {
        const whole = read(chunked(reading), text, [], nothingPromised);
        const inPieces = read(chunked(reading), text, cutsOf(text, cuts), nothingPromised);
        if (typeof whole === 'string') refused += 1;
        assert.deepEqual(inPieces, whole, JSON.stringify(text));
      },
    ),
    RUNS,
  );
  assert.ok(refused > numRuns / 10, `only ${refused} were refused: the generator is out of date`);
});

test('a pod may write every form that a client may, and forms that only pods may use are marked', () => {
  const seen = { both: 0, lenient: 0, neither: 0 };
  fc.assert(
    fc.property(chunkedText, (text) => {
      const strict = read(chunked('strict'), text, [], nothingPromised);
      const lenient = read(chunked('lenient'), text, [], nothingPromised);
      if (typeof strict === 'object') {
        assert.equal(strict.loose, false);
        assert.deepEqual(lenient, strict, JSON.stringify(text));
        seen.both += 1;
      } else if (typeof lenient === 'object') {
        assert.ok(lenient.loose, JSON.stringify(text));
        seen.lenient += 1;
      } else {
        seen.neither += 1;
      }
    }),
    RUNS,
  );
  for (const count of Object.values(seen)) assert.ok(count > numRuns / 20, JSON.stringify(seen));
});

/** The pieces of a body as an exchange passes them on. The trailers come with the last piece. */
interface Pieces {
  readonly pieces: readonly string[];
  readonly trailers: string;
}

const inPieces: fc.Arbitrary<Pieces> = fc.record({
  pieces: fc.array(fc.oneof(piece, octets(300)), { minLength: 1, maxLength: 6 }),
  trailers: fc.constantFrom(...TRAILERS),
});

function framed({ pieces, trailers }: Pieces): string {
  const last = pieces.length - 1;
  return pieces
    .map((it, at) => chunkBefore(it.length) + it + chunkAfter(it.length, at === last ? trailers : undefined))
    .join('');
}

test('a body that is written in chunks is read back with its trailers', () => {
  fc.assert(
    fc.property(inPieces, someCuts, (pieces, cuts) => {
      const wire = framed(pieces);
      const written: Written = {
        ...chunked('strict'),
        wire,
        data: pieces.pieces.join(''),
        trailers: pieces.trailers,
        loose: false,
      };
      const { data, trailers, loose } = written;
      const found = read(written, `${wire}more`, cutsOf(wire, cuts), promisesOf(written));
      assert.deepEqual(found, { data, end: wire.length, trailers, loose });
    }),
    RUNS,
  );
});

test('an empty piece before the end writes no chunk, which would end the body', () => {
  assert.equal(chunkBefore(0) + chunkAfter(0, undefined), '');
});

interface NodeBody {
  body: string;
  trailers: string;
  complete: boolean;
}

/** What node:http reads from each chunked request body, sent whole on its own connection. */
async function readWithNode(bodies: readonly string[]): Promise<NodeBody[]> {
  const found = bodies.map((): NodeBody => ({ body: '', trailers: '', complete: false }));
  const owners = new Map<object, NodeBody>();
  const server = createServer((request: IncomingMessage) => {
    const own = owners.get(request.socket) as NodeBody;
    request.setEncoding('latin1');
    request.on('data', (text: string) => {
      own.body += text;
    });
    request.on('end', () => {
      const { rawTrailers } = request;
      for (let at = 0; at < rawTrailers.length; at += 2)
        own.trailers += `${rawTrailers[at]}: ${rawTrailers[at + 1]}\r\n`;
      own.complete = request.complete;
    });
  });
  const connections = bodies.map((wire, at) => {
    const connection = new Duplex({ read: () => undefined, write: (_bytes, _encoding, done) => done() });
    owners.set(connection, found[at] as NodeBody);
    server.emit('connection', connection);
    connection.push(
      Buffer.from(`PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${wire}`, 'latin1'),
    );
    return connection;
  });
  // All steps of node:http run in ticks and microtasks, so one turn is enough.
  await turn();
  await turn();
  for (const connection of connections) connection.destroy();
  return found;
}

test('node:http reads back a body that is written in chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(inPieces, { minLength: 100, maxLength: 100 }), async (bodies) => {
      const found = await readWithNode(bodies.map(framed));
      for (const [at, { pieces, trailers }] of bodies.entries())
        assert.deepEqual(found[at], { body: pieces.join(''), trailers, complete: true });
    }),
    { numRuns: Math.ceil(numRuns / 100), seed },
  );
});
