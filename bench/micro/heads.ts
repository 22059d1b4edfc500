import { DROPPED_BY_DEFAULT } from '../../src/config/drop-headers.ts';
import { ChunkedDecoder } from '../../src/http1/chunked-decoder.ts';
import { RequestParser } from '../../src/http1/request-parser.ts';
import { requestFieldNames } from '../../src/http1/request-fields.ts';
import { ForwardedLines } from '../../src/http1/forwarded-lines.ts';
import { writeRequestHead } from '../../src/http1/request-writer.ts';
import { ResponseParser } from '../../src/http1/response-parser.ts';
import { writeResponseHead } from '../../src/http1/response-writer.ts';
import type { Operation } from './cost.ts';

const limits = { line: 8_192, head: 65_536, fields: 256 };

const small = Buffer.from(
  'GET /nodejs/index.html?page=2 HTTP/1.1\r\nHost: test.k8s.local:8080\r\nUser-Agent: curl/8.5.0\r\n' +
    'Accept: */*\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n',
);
const browser = Buffer.from(
  'GET /nodejs/assets/app.js HTTP/1.1\r\nHost: test.k8s.local\r\nConnection: keep-alive\r\n' +
    'sec-ch-ua: "Chromium";v="130", "Not?A_Brand";v="99"\r\nsec-ch-ua-mobile: ?0\r\nsec-ch-ua-platform: "Linux"\r\n' +
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36\r\n' +
    'Accept: */*\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: script\r\n' +
    'Referer: http://test.k8s.local/nodejs/\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n' +
    'Accept-Language: en-GB,en;q=0.9\r\nCookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n\r\n',
);
const response = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: Fri, 21 Nov 2025 20:00:00 GMT\r\nConnection: keep-alive\r\n' +
    'Keep-Alive: timeout=5\r\nContent-Length: 128\r\n\r\n',
);
const forwarding = {
  forwarded: new ForwardedLines({ address: '10.1.2.3', network: '10.1.2.3', trusted: false, proto: 'http' }),
  requestId: '0123456789abcdef',
  hop: '0123456789ab/01234567',
  forwardKey: false,
  upgrade: '',
  route: '/',
  auth: undefined,
  trace: undefined,
};
const framing = {
  body: 'length',
  connection: 'keep-alive',
  minor: 1,
  trailers: false,
  date: '',
  upgrade: '',
  hsts: '',
} as const;
const out = Buffer.alloc(65_536);

const names = requestFieldNames('x-routing-api-key', DROPPED_BY_DEFAULT.toLowerCase().split(','));
const requests = new RequestParser({ limits, names, secureTargets: false, decomposes: undefined });
const responses = new ResponseParser(limits);

function parseRequest(bytes: Buffer): number {
  return requests.parse(bytes, 0, bytes.length);
}

/** Also flattens the text. V8 joins a rope only when its bytes are needed, so that cost would be missing. */
function forwardRequest(bytes: Buffer): number {
  parseRequest(bytes);
  return out.write(writeRequestHead(requests.head, forwarding, 'keep-alive'), 'latin1');
}

function parseResponse(): number {
  return responses.parse(response, 0, response.length);
}

function forwardResponse(): number {
  parseResponse();
  return out.write(writeResponseHead(responses.head, framing), 'latin1');
}

function decodeChunks(chunk: number): () => number {
  const text = `${chunk.toString(16)}\r\n${'x'.repeat(chunk)}\r\n`;
  const bytes = Buffer.from(text.repeat(Math.floor(65_536 / text.length)));
  const copy = Buffer.from(bytes);
  const decoder = new ChunkedDecoder();
  return () => {
    copy.set(bytes);
    return decoder.decode(copy, 0, copy.length);
  };
}

export const headOperations: readonly Operation[] = [
  { name: 'request, 5 fields: parse', calls: 20_000, run: () => parseRequest(small) },
  { name: 'request, 5 fields: parse and write', calls: 20_000, run: () => forwardRequest(small) },
  { name: 'request, 14 fields: parse', calls: 10_000, run: () => parseRequest(browser) },
  { name: 'request, 14 fields: parse and write', calls: 10_000, run: () => forwardRequest(browser) },
  { name: 'response, 5 fields: parse', calls: 20_000, run: parseResponse },
  { name: 'response, 5 fields: parse and write', calls: 20_000, run: forwardResponse },
  { name: '64 KB of 64 KB chunks: decode and one copy', calls: 1_000, run: decodeChunks(65_000) },
  { name: '64 KB of 1 KB chunks: decode and one copy', calls: 1_000, run: decodeChunks(1_024) },
  { name: '64 KB of 16 B chunks: decode and one copy', calls: 50, run: decodeChunks(16) },
];
