import { pick, type Random } from './random.ts';

/** A whole request. A reader that does not stop where it should reads it. */
export const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: t.local\r\n\r\n';

/** Texts that a mutation inserts: characters and lines that some reader treats specially. */
const INSERTIONS = [
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
  '\n\n',
  'F',
  ';x=y',
  SMUGGLED,
];

/** Makes one change: removes, repeats, replaces or inserts bytes. */
export function mutate(text: string, random: Random): string {
  const at = random(text.length + 1);
  const length = random(4);
  switch (random(5)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1 + length);
    case 1:
      return text.slice(0, at) + pick(INSERTIONS, random) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at, at + 9 * length) + text.slice(at);
    case 3:
      return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + random(2));
    default:
      return text.slice(0, at) + pick(INSERTIONS, random) + text.slice(at);
  }
}
