import {
  CODE,
  data,
  FLAG,
  FRAME,
  frame,
  ping,
  PREFACE,
  reset,
  settings,
  windowUpdate,
} from '../fixtures/http2/frames.ts';
import { encodeFields, type Field } from '../fixtures/http2/hpack.ts';
import { pick as pickOf, type Random } from '../http1/random.ts';

/** What an HTTP/2 client sends on one connection, in segments, and how the client ends it. */
export interface FrameSession {
  readonly segments: readonly Buffer[];
  /** `later`: by FIN, after pods have had time to answer. `wait`: the client waits until the router ends the connection. */
  readonly end: 'fin' | 'reset' | 'later' | 'wait';
}

/**
 * Two of three sessions follow the rules of frames, so that the connection is alive when malformed heads arrive. The third has frames
 * of any kind. `mark` begins every path.
 */
export function randomSession(draw: Random, mark: string): FrameSession {
  const end = pick(draw, ['fin', 'reset', 'later', 'later', 'later', 'later', 'wait'] as const);
  if (draw(3) > 0) return { segments: [...opened(), ...orderlyFrames(draw, mark)], end };
  return { segments: segments(draw, Buffer.concat([...opening(draw), ...frames(draw, mark)])), end };
}

function opened(): Buffer[] {
  return [Buffer.from(PREFACE), settings([])];
}

/** Streams that begin, continue and end as RFC 9113 allows, with valid and invalid heads. */
function orderlyFrames(draw: Random, mark: string): Buffer[] {
  const out: Buffer[] = [];
  const open = new Set<number>();
  let next = 1;
  for (let left = 2 + draw(20); left > 0; left -= 1) {
    const some = [...open];
    const kind = draw(13);
    if (kind < 5 || some.length === 0) {
      const isWhole = draw(2) === 0;
      out.push(wholeHead(next, encodeFields(fields(draw, `${mark}-${next}`)), isWhole));
      if (!isWhole) open.add(next);
      next += 2;
    } else if (kind < 9) {
      const id = pick(draw, some);
      const isLast = draw(2) === 0;
      if (isLast) open.delete(id);
      out.push(data(id, 'x'.repeat(draw(200)), isLast ? 'end' : 'more'));
    } else if (kind === 9) {
      const id = pick(draw, some);
      open.delete(id);
      out.push(reset(id, pick(draw, Object.values(CODE))));
    } else if (kind === 10) out.push(windowUpdate(0, 1 + draw(1_000)));
    else if (kind === 11) out.push(...inTwo(draw, padded(draw, pick(draw, some))));
    else out.push(ping());
  }
  return out;
}

/** A DATA frame with padding. */
function padded(draw: Random, id: number): Buffer {
  const [size, content] = [draw(256), 'x'.repeat(draw(200))];
  const payload = Buffer.concat([Buffer.of(size), Buffer.from(content), Buffer.alloc(size)]);
  return frame(FRAME.data, FLAG.padded, id, payload);
}

/** The bytes in two segments, which the router reads separately. */
function inTwo(draw: Random, bytes: Buffer): Buffer[] {
  const cut = 1 + draw(bytes.length - 1);
  return [bytes.subarray(0, cut), bytes.subarray(cut)];
}

function wholeHead(id: number, block: Buffer, isWhole: boolean): Buffer {
  return frame(FRAME.headers, (isWhole ? FLAG.endStream : 0) | FLAG.endHeaders, id, block);
}

function pick<T>(draw: Random, list: readonly T[]): T {
  return pickOf(list, draw);
}

function opening(draw: Random): Buffer[] {
  const kind = draw(40);
  if (kind === 0) return [noise(draw, 40)];
  const preface = Buffer.from(kind === 1 ? PREFACE.slice(0, draw(PREFACE.length)) : PREFACE);
  if (kind === 2) return [preface];
  return [
    preface,
    settings(
      draw(3) === 0 ? [[1 + draw(9), pick(draw, [0, 1, 100, 16_384, 65_535, 2 ** 31 - 1, 2 ** 32 - 1])]] : [],
    ),
  ];
}

function frames(draw: Random, mark: string): Buffer[] {
  const out: Buffer[] = [];
  let next = 1;
  for (let left = 1 + draw(24); left > 0; left -= 1) {
    const id = draw(8) === 0 ? draw(40) : pick(draw, [next, next - 2, next - 2, 1]);
    const kind = draw(24);
    if (kind < 8) {
      out.push(...head(draw, next, `${mark}-${next}`));
      next += 2;
    } else out.push(...other(draw, kind, Math.max(id, 0)));
  }
  return out;
}

function other(draw: Random, kind: number, id: number): Buffer[] {
  switch (kind) {
    case 8:
    case 9:
    case 10:
    case 11:
      return [data(id, 'x'.repeat(draw(draw(4) === 0 ? 20_000 : 100)), draw(2) === 0 ? 'end' : 'more')];
    case 12:
      return [frame(FRAME.data, draw(256), id, noise(draw, 20))];
    case 13:
    case 14:
      return [reset(id, draw(4) === 0 ? draw(2 ** 31) : pick(draw, Object.values(CODE)))];
    case 15:
      return [windowUpdate(draw(2) === 0 ? 0 : id, pick(draw, [0, 1, 1_000, 65_535, 2 ** 31 - 1]))];
    case 16:
      return [settings([[draw(12), pick(draw, [0, 1, 10, 65_535, 2 ** 31 - 1, 2 ** 31])]])];
    case 17:
      return [frame(FRAME.settings, FLAG.ack, 0)];
    case 18:
      return Array.from({ length: 1 + draw(5) }, ping);
    case 19:
      return [frame(FRAME.priority, 0, id, noise(draw, 6))];
    case 20:
      return [frame(FRAME.continuation, draw(8), id, noise(draw, 30))];
    case 21:
      return [frame(FRAME.goaway, 0, 0, noise(draw, 12))];
    case 22:
      return [frame(draw(256), draw(256), draw(64), noise(draw, 30))];
    default:
      return draw(6) === 0 ? [noise(draw, 30)] : [ping()];
  }
}

/** HEADERS: whole, in pieces, with padding, with random bytes as its block, or without its end. */
function head(draw: Random, id: number, path: string): Buffer[] {
  const block = draw(30) === 0 ? noise(draw, 60) : encodeFields(fields(draw, path));
  const end = draw(2) === 0 ? FLAG.endStream : 0;
  const kind = draw(16);
  if (kind === 0) {
    const cut = draw(block.length);
    return [
      frame(FRAME.headers, end, id, block.subarray(0, cut)),
      frame(FRAME.continuation, draw(5) === 0 ? 0 : FLAG.endHeaders, id, block.subarray(cut)),
    ];
  }
  if (kind === 1) {
    const padded = Buffer.concat([Buffer.of(5), block, Buffer.alloc(5)]);
    return [frame(FRAME.headers, end | FLAG.endHeaders | FLAG.padded, id, padded)];
  }
  return [frame(FRAME.headers, end | FLAG.endHeaders, id, block)];
}

function fields(draw: Random, path: string): Field[] {
  const isOdd = draw(3) === 0;
  const methods = ['GET', 'GET', 'POST', 'POST', 'HEAD', 'PUT', 'OPTIONS'];
  const method = pick(draw, isOdd ? [...methods, 'CONNECT', 'CONNECT', 'get', 'G T', ''] : methods);
  const oddly = (usual: string, ...others: string[]): string =>
    isOdd && draw(6) === 0 ? pick(draw, others) : usual;
  const list: Field[] = [
    [':method', method],
    [':scheme', oddly('http', 'https', 'HTTP', 'x y')],
    [':authority', oddly('t.local', 'u.local', 'T.local:80', 'a b', '', 't.local\r\nx: y')],
    [':path', oddly(`/${path}`, '*', '', `/${path} HTTP/1.1\r\nx: y`, `/${path}?a=\xe4`, '/../x')],
  ];
  if (method === 'CONNECT' && draw(2) === 0)
    list.push([':protocol', pick(draw, ['websocket', 'websocket', 'x'])]);
  for (let left = draw(6); left > 0; left -= 1) list.push(isOdd ? field(draw) : pick(draw, PLAIN));
  if (isOdd && draw(8) === 0) list.splice(draw(list.length), 1);
  if (isOdd && draw(8) === 0) list.push(pick(draw, list));
  return list;
}

const PLAIN: readonly Field[] = [
  ['cookie', 'a=1'],
  ['cookie', 'b=2; c'],
  ['te', 'trailers'],
  ['x-a', '1'],
  ['expect', '100-continue'],
  ['x_forwarded_for', '1.1.1.1'],
];

function field(draw: Random): Field {
  if (draw(6) === 0) return [noise(draw, 12).toString('latin1'), noise(draw, 20).toString('latin1')];
  return pick<Field>(draw, [
    ['content-length', String(draw(200))],
    ['content-length', pick(draw, ['0, 0', '+1', '1 ', '99999999999999999999', '0x1'])],
    ['transfer-encoding', 'chunked'],
    ['connection', 'x-a'],
    ['te', pick(draw, ['trailers', 'gzip'])],
    ['cookie', 'a=1'],
    ['cookie', 'b=2; c'],
    ['host', pick(draw, ['t.local', 'u.local', 't.local\r\nx: y'])],
    ['expect', '100-continue'],
    ['x-a', pick(draw, ['1', ' 1 ', '1\r\nx-b: 2', '1\nGET / HTTP/1.1', '\0', 'ä', ''])],
    ['x-a: 1\r\nx-b', '2'],
    ['sec-websocket-version', '13'],
    ['upgrade', 'websocket'],
    ['authorization', 'NTLM x'],
    ['x_forwarded_for', '1.1.1.1'],
  ]);
}

function noise(draw: Random, most: number): Buffer {
  return Buffer.from(Array.from({ length: draw(most + 1) }, () => draw(256)));
}

/** The bytes as one segment, or split anywhere. */
function segments(draw: Random, bytes: Buffer): Buffer[] {
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = draw(3) === 0 ? 1 + draw(60) : bytes.length;
    out.push(bytes.subarray(at, at + size));
    at += size;
  }
  return out;
}
