/** A number in [0, below). */
export type Random = (below: number) => number;

/** mulberry32: the same seed gives the same inputs on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'PURGE',
  'get',
  'M-SEARCH',
  'FOO',
  'G!T',
  'TRACE',
  '',
];
const TARGETS = [
  '/',
  '/a/b?c=d',
  '/%2e%2e/x',
  '//x',
  '*',
  'http://h/x',
  'http://h?y',
  'HTTP://h',
  'x',
  '/a#b',
  '/?{"<>^|`}',
  '/\x80',
  '/a\\b',
  '',
];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.2',
  'HTTP/2.0',
  'http/1.1',
  'HTTP/1.10',
  '',
];
const NAMES = [
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'Connection',
  'Expect',
  'Upgrade',
  'TE',
  'Trailer',
  'Cookie',
  'Content_Length',
  'Transfer_Encoding',
  'X-Foo',
  "!#$%&'*+.^_`|~-",
  'x',
  'Keep-Alive',
  'Proxy-Connection',
  'Content-Encoding',
  '',
];
const VALUES = [
  '',
  'h',
  '0',
  '3',
  '03',
  '+3',
  '3, 3',
  '3 3',
  '0x3',
  'chunked',
  'Chunked',
  'gzip',
  'gzip, chunked',
  'chunked, chunked',
  ',chunked',
  'chunked,',
  'identity',
  'close',
  'keep-alive',
  'close, x',
  'upgrade',
  'websocket',
  'h2c',
  '100-continue',
  'a, b',
  'v\xe9\xff',
  'a\tb',
  '"q"',
  'trailers',
];
const BLANKS = ['', ' ', ' ', ' ', ' ', ' ', '\t', '  ', ' \t '];
const BODIES = [
  '',
  'abc',
  '3\r\nabc\r\n0\r\n\r\n',
  '003\r\nabc\r\n1\r\nd\r\n0\r\n\r\n',
  'A;x=y\r\n0123456789\r\n0\r\nX: y\r\n\r\n',
  '3;a="b\\"c"\r\nabc\r\n00\r\n\r\n',
  '3 \r\nabc\r\n0\r\n\r\n',
  '3\r\nabcd\r\n0\r\n\r\n',
  '0x3\r\nabc\r\n0\r\n\r\n',
  '-3\r\n',
  '3\nabc\n0\n\n',
  '3;a\nb\r\nabc\r\n0\r\n\r\n',
  'fffffffffffffffff\r\nabc',
  '3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n',
  '3;;\r\nabc\r\n0\r\n\r\n',
];
/** What mutation puts in: everything that some parser somewhere treats specially. */
const SPICES = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  '\x0b',
  '\x0c',
  '\x7f',
  '\x85',
  '\xa0',
  '\xff',
  ':',
  ',',
  ';',
  '=',
  '"',
  '\\',
  '/',
  '?',
  '#',
  '_',
  '-',
  '+',
  '0',
  '1',
  'a',
  'f',
  ' HTTP/1.1',
  'Host: x\r\n',
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'X: y\r\n',
  '\r\n x',
  ' :',
  'chunked',
  '0\r\n\r\n',
];

/** A connection's bytes: a message that is right or nearly so, then one that shows where the first one ended. */
export function generateRequest(random: Random): string {
  const mostlyRight = random(3) > 0;
  let text = mostlyRight ? rightMessage(random) : oddMessage(random);
  text += 'GET /next HTTP/1.1\r\nHost: next\r\n\r\n';
  for (let left = random(3); left > 0; left--) text = mutate(text, random);
  return text;
}

function rightMessage(random: Random): string {
  const body = pick(BODIES, random);
  const chunked = random(2) === 0;
  const framing = chunked
    ? 'Transfer-Encoding: chunked'
    : `Content-Length:${pick(BLANKS, random)}${body.length}`;
  const extra =
    random(2) === 0 ? '' : `${pick(NAMES, random) || 'N'}:${pick(BLANKS, random)}${pick(VALUES, random)}\r\n`;
  const lines = [`Host: h\r\n`, `${framing}${pick(BLANKS, random)}\r\n`, extra];
  if (random(2) === 0) lines.reverse();
  return `${pick(['POST', 'PUT', 'GET'], random)} /${random(9)} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

function oddMessage(random: Random): string {
  let text = `${pick(METHODS, random)} ${pick(TARGETS, random)} ${pick(VERSIONS, random)}\r\n`;
  if (random(8) > 0) text += 'Host: h\r\n';
  for (let left = random(5); left > 0; left--) {
    text += `${pick(NAMES, random)}:${pick(BLANKS, random)}${pick(VALUES, random)}${random(4) === 0 ? ' ' : ''}\r\n`;
  }
  return `${text}\r\n${pick(BODIES, random)}`;
}

function mutate(text: string, random: Random): string {
  const at = random(text.length + 1);
  const length = random(4);
  switch (random(5)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + length);
    case 1:
      return text.slice(0, at) + pick(SPICES, random) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at, at + 9 * length) + text.slice(at);
    case 3:
      return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + random(2));
    default:
      return text.slice(0, at) + pick(SPICES, random) + text.slice(at);
  }
}

function pick(list: readonly string[], random: Random): string {
  return list[random(list.length)] as string;
}
