import { mutate } from './mutate.ts';
import { pick, type Random } from './random.ts';

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
/** The bytes of a connection: a message that is correct or nearly so, then a message that shows where the first one ended. */
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
