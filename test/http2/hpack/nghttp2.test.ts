/** podway's HPACK against nghttp2, which node:http2 contains: both directions of a connection, with hundreds of blocks. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http2 from 'node:http2';
import { type Duplex, duplexPair } from 'node:stream';
import { test } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { HpackDecoder } from '../../../src/http2/hpack/decoder.ts';
import { HpackEncoder } from '../../../src/http2/hpack/encoder.ts';
import {
  FLAG,
  FRAME,
  type Frame,
  FrameReader,
  frame,
  PREFACE,
  SETTING,
  settings,
} from '../../fixtures/http2/frames.ts';
import { decodeBlock, entriesIn, type Fields, UNLIMITED } from './blocks.ts';
import { someFields } from './some-fields.ts';

const EXCHANGES = 400;
/** Before the exchange with this number the peer changes the size of its decoder's table. podway's encoder must follow. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [100, 200],
  [200, 0],
  [250, 4096],
  [300, 1000],
]);

/** One side of a connection. It writes and reads frames with podway's HPACK. */
class OwnSide {
  /** Number of entries that the peer has added to its dynamic table. */
  entries = 0;
  readonly #decoder = new HpackDecoder(UNLIMITED);
  readonly #encoder = new HpackEncoder();
  readonly #reader = new FrameReader();
  readonly #socket: Duplex;
  #awaited: ((fields: Fields) => void) | undefined;

  constructor(socket: Duplex, opening: string) {
    this.#socket = socket;
    let skipped = opening === '' ? PREFACE.length : 0;
    socket.write(opening, 'latin1');
    socket.write(settings([[SETTING.maxHeaderList, 1_000_000]]));
    socket.on('data', (chunk: Buffer) => {
      const rest = chunk.subarray(Math.min(skipped, chunk.length));
      skipped -= chunk.length - rest.length;
      for (const it of this.#reader.read(rest)) this.#take(it);
    });
  }

  #take({ type, flags, payload }: Frame): void {
    if (type === FRAME.settings && (flags & FLAG.ack) === 0) {
      for (let at = 0; at < payload.length; at += 6) {
        if (payload.readUInt16BE(at) === SETTING.headerTableSize)
          this.#encoder.resize(payload.readUInt32BE(at + 2));
      }
      this.#socket.write(frame(FRAME.settings, FLAG.ack, 0));
    }
    if (type !== FRAME.headers) return;
    assert.ok((flags & FLAG.endHeaders) !== 0, 'one frame a block');
    const block = payload.subarray((flags & FLAG.priority) === 0 ? 0 : 5);
    this.entries += entriesIn(block);
    const fields = decodeBlock(this.#decoder, block);
    assert.ok(fields !== undefined, `not decoded: ${payload.toString('hex')}`);
    this.#awaited?.(fields);
  }

  /** The next header block of the peer. */
  next(): Promise<Fields> {
    return new Promise((resolve) => {
      this.#awaited = resolve;
    });
  }

  send(id: number, fields: Fields): void {
    const block = Buffer.from(this.#encoder.encode(fields), 'latin1');
    this.#socket.write(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, id, block));
  }
}

/** The fields of the request and of the response of each exchange. */
const exchanges = fc.sample(fc.tuple(someFields, someFields), { numRuns: EXCHANGES, seed: 1 });
const EVERY_OCTET = Array.from({ length: 16 }, (_, row) =>
  Array.from({ length: 16 }, (_, column) => String.fromCharCode(row * 16 + column)).join(''),
).slice(2);

/** Values that together contain every octet that a value may have, with enough letters that Huffman code is shorter. */
const everyOctet = EVERY_OCTET.flatMap((row) =>
  Array.from(row.replace('\x7f', ''), (octet): [string, string][] => [
    ['x-octet', `${'aeiost'.repeat(5)}${octet}${'012aeiost'.repeat(5)}`],
  ]),
);

/** Lines of fields, sorted by name, since node:http2 moves pseudo fields. */
function sorted(fields: Fields): string[] {
  return Array.from(
    { length: fields.length / 2 },
    (_, at) => `${fields[at * 2]}: ${fields[at * 2 + 1]}`,
  ).sort();
}

const DATE = 'Mon, 21 Oct 2013 20:13:21 GMT';

for (const { name, cases } of [
  { name: 'random fields', cases: exchanges },
  {
    name: 'every octet',
    cases: everyOctet.map((fields): (typeof exchanges)[number] => [fields, fields]),
  },
]) {
  test(`requests of nghttp2, responses of podway: ${name}`, async () => {
    const [near, far] = duplexPair();
    const own = new OwnSide(far, '');
    const session = http2.connect('http://pod.test', { createConnection: () => near });
    for (const [at, [request, response]] of cases.entries()) {
      await changeSize(session, at);
      const decoded = own.next();
      const pseudo = { ':method': 'GET', ':scheme': 'http', ':authority': 'pod.test', ':path': `/${at % 7}` };
      const stream = session.request(
        {
          ...pseudo,
          ...Object.fromEntries(request),
          [http2.sensitiveHeaders]: ['authorization', 'x-api-key'],
        },
        { endStream: true },
      );
      assert.deepEqual(sorted(await decoded), sorted([...Object.entries(pseudo), ...request].flat()));
      const answer = [':status', String(200 + (at % 5)), ...response.flat()];
      const received = once(stream, 'response');
      const closed = once(stream, 'close');
      own.send(stream.id!, answer);
      const [, , raw] = await received;
      assert.deepEqual(raw, answer);
      stream.resume();
      await closed;
    }
    assert.ok(own.entries > 100, `${own.entries} entries`);
    session.destroy();
  });

  test(`requests of podway, responses of nghttp2: ${name}`, async () => {
    const [near, far] = duplexPair();
    const session = http2.performServerHandshake(near);
    const own = new OwnSide(far, PREFACE);
    for (const [at, [request, response]] of cases.entries()) {
      await changeSize(session, at);
      const received = once(session, 'stream');
      const requested = [
        ':method',
        'GET',
        ':scheme',
        'https',
        ':authority',
        'pod.test',
        ':path',
        `/${at % 7}`,
        ...request.flat(),
      ];
      own.send(at * 2 + 1, requested);
      const [stream, , , raw] = await received;
      assert.deepEqual(raw, requested);
      const decoded = own.next();
      const answer = { ':status': 200 + (at % 5), date: DATE, ...Object.fromEntries(response) };
      stream.respond({ ...answer, [http2.sensitiveHeaders]: ['set-cookie'] }, { endStream: true });
      assert.deepEqual(
        sorted(await decoded),
        sorted(Object.entries(answer).flatMap(([key, it]) => [key, String(it)])),
      );
    }
    assert.ok(own.entries > 100, `${own.entries} entries`);
    session.destroy();
  });
}

/** Resolves when the peer has acknowledged the size. */
async function changeSize(session: http2.Http2Session, at: number): Promise<void> {
  const size = SIZES.get(at);
  if (size === undefined) return;
  await promisify(session.settings.bind(session))({ headerTableSize: size });
}
