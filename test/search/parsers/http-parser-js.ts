import { HTTPParser } from 'http-parser-js';
import type { ReadMessage } from './strict-reader.ts';

HTTPParser.encoding = 'latin1';

/** The requests that http-parser-js reads in a text. It is lenient (bare LF, odd chunk sizes, nameless lines), and has no code of llhttp. */
export function readWithHttpParserJs(text: string): ReadMessage[] {
  const messages: ReadMessage[] = [];
  const parser = new HTTPParser(HTTPParser.REQUEST);
  let start = '';
  let fields: [string, string][] = [];
  let body = '';
  parser[HTTPParser.kOnHeadersComplete] = (info) => {
    const { headers } = info;
    start = `${HTTPParser.methods[info.method]} ${info.url} HTTP/${info.versionMajor}.${info.versionMinor}`;
    fields = [];
    for (let at = 0; at < headers.length; at += 2) fields.push([headers[at] ?? '', headers[at + 1] ?? '']);
    body = '';
  };
  parser[HTTPParser.kOnBody] = (chunk, offset, length) => {
    body += chunk.toString('latin1', offset, offset + length);
  };
  parser[HTTPParser.kOnMessageComplete] = () => messages.push({ start, fields, body });
  parser.execute(Buffer.from(text, 'latin1'));
  return messages;
}
