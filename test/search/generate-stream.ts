import { chunked } from '../fixtures/check.ts';
import { type Random, pick } from '../http1/random.ts';
import { mutate, SMUGGLED } from '../http1/mutate.ts';
import { CODING_TECHNIQUES, lengthTechniques } from './smuggling-techniques.ts';

/** What a client sends on one connection, and the segments in which it is sent. */
export interface Stream {
  readonly name: string;
  readonly bytes: string;
  /** Offsets at which a segment ends, in ascending order. */
  readonly cuts: readonly number[];
}

const GOOD_METHODS = ['GET', 'POST', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'PURGE'];
const ODD_METHODS = ['get', 'CONNECT', 'TRACE', 'PRI', 'G(T'];
const VERSIONS = ['1.1', '1.1', '1.1', '1.1', '1.1', '1.1', '1.0', '1.2'];
const GOOD_TARGETS = [
  '/a',
  '/a?b=c',
  '/early',
  '//a//b',
  '/%61',
  'http://t.local/x?y',
  'http://t.local',
  '/a;b=c',
  '/caf\xc3\xa9?\xff',
  '/./a/.',
  '///a',
];
const ODD_TARGETS = [
  '/app',
  '/app?x',
  'http://other/x',
  '/a%2fb',
  '*',
  '/../x',
  '/a b',
  '/a#b',
  't.local:80',
];
const HOSTS = [
  'Host: t.local',
  'Host: t.local',
  'Host: t.local',
  'Host: T.LOCAL.:80',
  'host:t.local',
  'Host: evil',
  '',
];
const GOOD_EXTRA = [
  'Connection: keep-alive',
  'Connection: Content-Length',
  'Connection: Transfer-Encoding, Host',
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__',
  'Upgrade: websocket',
  'Expect: 100-continue',
  'X-HTTP-Method-Override: POST',
  'X-ROUTING-API-KEY: c3VwZXJzZWNyZXQ=',
  'X_ROUTING_API_KEY: c3VwZXJzZWNyZXQ=',
  'X-Forwarded-For: 127.0.0.9',
  'X_Forwarded_For: 127.0.0.9',
  'X-Request-Id: mine',
  'Trailer: Content-Length',
  'TE: trailers',
  'X: \x80\xff',
  'X:',
  'Cookie: a=b; c="d"',
  'Content-Type: multipart/form-data; boundary=x',
];
const ODD_EXTRA = [
  'Connection: close',
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Expect: 100-continue, x',
  ': v',
];
const CONTENTS: readonly ((random: Random) => string)[] = [
  () => '',
  () => 'x',
  () => '(abc)',
  () => SMUGGLED,
  () => '0\r\n\r\n',
  (random) => 'y'.repeat(random(3000)),
];
/** CL.TE, TE.CL, TE.TE and CL.0 with every technique: each request declares its framing twice, once in a malformed way. */
export function* techniqueStreams(random: Random): Generator<Stream> {
  const zero = `0\r\n\r\n${SMUGGLED}`;
  const wrapped = chunked(SMUGGLED);
  const lengths = lengthTechniques(zero.length);
  for (const { name, lines } of CODING_TECHNIQUES) {
    yield attack(`CL.TE ${name}`, `Content-Length: ${zero.length}\r\n${lines}`, zero, random);
    yield attack(`TE.CL ${name}`, `${lines}\r\nContent-Length: 4`, wrapped, random);
    yield attack(`TE ${name}`, lines, wrapped, random);
    yield attack(`TE.TE ${name}`, `Transfer-Encoding: chunked\r\n${lines}`, wrapped, random);
  }
  for (const { name, lines } of lengths) {
    yield attack(`CL ${name}`, lines, zero, random);
    yield attack(`CL.CL ${name}`, `Content-Length: 5\r\n${lines}`, zero, random);
    yield attack(`TE.CL ${name}`, `Transfer-Encoding: chunked\r\n${lines}`, zero, random);
  }
}

/** The pod answers before the body arrives. A router that keeps this connection sends the next request as a part of the body (CL.0). */
export function* earlyAnswerStreams(): Generator<Stream> {
  const framings = [
    ['Content-Length: 400', 'x'.repeat(100)],
    [`Content-Length: ${SMUGGLED.length}`, SMUGGLED],
    ['Transfer-Encoding: chunked', '5\r\nab'],
    ['Transfer-Encoding: chunked', chunked(SMUGGLED)],
  ] as const;
  for (const [line, body] of framings) {
    for (const sent of ['', body.slice(0, 1), body]) {
      const head = `POST /early HTTP/1.1\r\nHost: t.local\r\n${line}\r\n\r\n`;
      // Enough segments that the response arrives before the rest of the body or the client's FIN.
      const cuts = Array.from({ length: 8 }, () => head.length + Math.min(1, sent.length));
      for (let left = 8; left > 0; left -= 1) yield { name: `CL.0 ${line}`, bytes: head + sent, cuts };
    }
  }
}

function attack(name: string, lines: string, body: string, random: Random): Stream {
  const bytes = `POST /attack HTTP/1.1\r\nHost: t.local\r\n${lines}\r\n\r\n${body}GET /next HTTP/1.1\r\nHost: t.local\r\n\r\n`;
  return { name, bytes, cuts: cutsOf(bytes.length, random) };
}

/** One to three requests, valid or malformed, with up to three mutations of their bytes. */
export function randomStream(random: Random): Stream {
  let bytes = '';
  for (let left = 1 + random(3); left > 0; left -= 1) bytes += request(random);
  if (random(3) === 0) for (let left = 1 + random(3); left > 0; left -= 1) bytes = mutate(bytes, random);
  if (random(12) === 0) bytes = bytes.slice(0, random(bytes.length));
  return { name: 'random', bytes, cuts: cutsOf(bytes.length, random) };
}

/** Two of three requests are valid, so that the router also reads the bytes after them. */
function request(random: Random): string {
  return random(3) === 0 ? oddRequest(random) : rightRequest(random);
}

function rightRequest(random: Random): string {
  const content = pick(CONTENTS, random)(random);
  const isChunked = random(2) === 0;
  const lines = [
    'Host: t.local',
    isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${content.length}`,
    ...(random(3) === 0 ? [pick(GOOD_EXTRA, random)] : []),
  ];
  const start = `${pick(GOOD_METHODS, random)} ${pick(GOOD_TARGETS, random)} HTTP/1.1`;
  return `${[start, ...lines].join('\r\n')}\r\n\r\n${isChunked ? chunkedOddly(content, random) : content}`;
}

function oddRequest(random: Random): string {
  const lines = [pick(HOSTS, random)];
  const body = framing(lines, random);
  for (let left = random(3); left > 0; left -= 1) lines.push(pick([...GOOD_EXTRA, ...ODD_EXTRA], random));
  const method = pick([...GOOD_METHODS, ...ODD_METHODS], random);
  const start = `${method} ${pick([...GOOD_TARGETS, ...ODD_TARGETS], random)} HTTP/${pick(VERSIONS, random)}`;
  return `${[start, ...lines.filter((line) => line !== '')].join('\r\n')}\r\n\r\n${body}`;
}

/** Adds framing lines, most of them valid, and returns the body. */
function framing(lines: string[], random: Random): string {
  const content = pick(CONTENTS, random)(random);
  switch (random(6)) {
    case 0:
      return random(8) === 0 ? content : '';
    case 1:
      lines.push(`Content-Length: ${content.length}`);
      return content;
    case 2:
      lines.push('Transfer-Encoding: chunked');
      return chunkedOddly(content, random);
    case 3:
      lines.push(pick(CODING_TECHNIQUES, random).lines);
      return chunkedOddly(content, random);
    case 4:
      lines.push(pick(lengthTechniques(content.length), random).lines);
      return content;
    default:
      lines.push(`Content-Length: ${content.length}`, pick(CODING_TECHNIQUES, random).lines);
      if (random(2) === 0) lines.reverse();
      return random(2) === 0 ? content : chunkedOddly(content, random);
  }
}

const SIZES: readonly ((size: number) => string)[] = [
  (size) => size.toString(16),
  (size) => size.toString(16),
  (size) => size.toString(16).toUpperCase(),
  (size) => size.toString(16).padStart(8, '0'),
  (size) => `${size.toString(16)};a=b`,
  (size) => `${size.toString(16)};a="x\\";y"`,
  (size) => `${size.toString(16)} ;a`,
  (size) => `${size.toString(16)} `,
  (size) => `0x${size.toString(16)}`,
  (size) => `+${size.toString(16)}`,
  (size) => `${size.toString(16)};a\n`,
  (size) => size.toString(16).padStart(17, '1'),
];

/** Chunks, most of them in the plain form. For each unusual form there is a reader that misreads it. */
function chunkedOddly(content: string, random: Random): string {
  const odd = random(6) === 0;
  const size = (length: number): string => (odd ? pick(SIZES, random) : SIZES[0])?.(length) ?? '';
  const end = (): string =>
    odd && random(6) === 0 ? pick(['\n', '\r', '', 'XX', '\r\r\n'], random) : '\r\n';
  let out = '';
  for (let at = 0; at < content.length; ) {
    const length = 1 + random(content.length - at);
    out += `${size(length)}\r\n${content.slice(at, at + length)}${end()}`;
    at += length;
  }
  const trailers =
    random(4) === 0 ? pick(['X-T: v\r\n', 'Content-Length: 5\r\n', 'Host: evil\r\n', ' x\r\n'], random) : '';
  return `${out}${odd ? pick(['0', '00', '0;x', '0 ', '-0'], random) : '0'}\r\n${trailers}${end()}`;
}

/** In half of the cases no cuts, in the others one to three. */
export function cutsOf(length: number, random: Random): number[] {
  if (random(2) === 0) return [];
  return Array.from({ length: 1 + random(3) }, () => random(length)).sort((a, b) => a - b);
}
