import { type Random, pick } from '../http1/random.ts';
import { mutate } from '../http1/mutate.ts';
import { cutsOf } from './generate-stream.ts';
import { CODING_TECHNIQUES, lengthTechniques } from './smuggling-techniques.ts';

/** The bytes that a pod sends for one request. */
export interface PodBytes {
  readonly bytes: string;
  readonly cuts: readonly number[];
  /** How the pod ends the connection after the response. */
  readonly end: 'open' | 'fin' | 'reset';
  /** Whether the response is complete and valid. */
  readonly whole: boolean;
}

const STATUSES = [
  '200 OK',
  '200 OK',
  '200 OK',
  '404 Not Found',
  '500 Oops',
  '204 No Content',
  '304 Not Modified',
];
const ODD_STATUSES = [
  '205 Reset Content',
  '101 Switching Protocols',
  '100 Continue',
  '199 X',
  '200',
  '600 X',
  '2x0 OK',
];
const INTERIM = ['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n'];
const EXTRA = [
  'Connection: keep-alive',
  'Connection: close',
  'Connection: X-Token',
  'Keep-Alive: timeout=5',
  'X-Accel-Redirect: /x',
  'Trailer: X-T',
  'Content-Type: text/event-stream',
  'Upgrade: websocket',
];

/**
 * A response to a request with `method`. Every part of it contains `token`, so that the test recognises a part that reaches another
 * client. Two of three responses are valid and leave the connection open.
 */
export function podBytes(token: string, method: string, random: Random): PodBytes {
  if (random(3) > 0) {
    const bytes = rightResponse(token, method, random);
    return { bytes, cuts: cutsOf(bytes.length, random), end: 'open', whole: true };
  }
  let bytes = oddResponse(token, random);
  if (random(2) === 0) for (let left = 1 + random(3); left > 0; left -= 1) bytes = mutate(bytes, random);
  if (random(3) === 0) bytes += insertUnrequestedBytes(token, random);
  if (random(6) === 0) bytes = bytes.slice(0, random(bytes.length));
  // One segment: the bytes after a complete response must have arrived when the router reads the response (see DesyncPod).
  return { bytes, cuts: [], end: pick(['fin', 'fin', 'reset', 'open'], random), whole: false };
}

function rightResponse(token: string, method: string, random: Random): string {
  const status = pick(STATUSES, random);
  const isChunked = random(2) === 0;
  const body = token.repeat(1 + random(20));
  const interim = random(8) === 0 ? pick(INTERIM, random) : '';
  const lines = [
    `X-Token: ${token}`,
    isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
  ];
  const isEmpty = method === 'HEAD' || /^[23]04/.test(status);
  const content = isEmpty ? '' : isChunked ? chunks(body, random) : body;
  return `${interim}HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n${content}`;
}

function oddResponse(token: string, random: Random): string {
  const body = token.repeat(1 + random(20));
  const lines = [`X-Token: ${token}`];
  const framings = [
    `Content-Length: ${body.length}`,
    `Content-Length: ${random(body.length * 2)}`,
    'Transfer-Encoding: chunked',
    pick(CODING_TECHNIQUES, random).lines,
    pick(lengthTechniques(body.length), random).lines,
  ];
  for (let left = random(3); left > 0; left -= 1) lines.push(pick(framings, random));
  for (let left = random(3); left > 0; left -= 1) lines.push(pick(EXTRA, random));
  const interim = random(4) === 0 ? pick(INTERIM, random).repeat(1 + random(40)) : '';
  const start = `HTTP/1.${random(6) === 0 ? 0 : 1} ${pick([...STATUSES, ...ODD_STATUSES], random)}`;
  const head = `${interim}${start}\r\n${lines.join('\r\n')}\r\n\r\n`;
  // Pods may end lines with LF alone.
  const text = head + (random(2) === 0 ? body : chunks(body, random));
  return random(6) === 0 ? text.replaceAll('\r\n', () => (random(4) === 0 ? '\r\n' : '\n')) : text;
}

/** Unrequested bytes that the next exchange might take as its response: random bytes, or complete responses. */
export function insertUnrequestedBytes(token: string, random: Random): string {
  const answer = `HTTP/1.1 200 OK\r\nX-Token: ${token}\r\nContent-Length: ${token.length}\r\n\r\n${token}`;
  return pick(
    [
      token,
      '\r\n',
      '0\r\n\r\n',
      answer,
      answer + answer,
      answer.slice(0, -5),
      `HTTP/1.1 408 ${token}\r\n\r\n`,
    ],
    random,
  );
}

function chunks(body: string, random: Random): string {
  let out = '';
  for (let at = 0; at < body.length; ) {
    const length = 1 + random(body.length - at);
    out += `${length.toString(16)}\r\n${body.slice(at, at + length)}\r\n`;
    at += length;
  }
  return `${out}0\r\n\r\n`;
}
