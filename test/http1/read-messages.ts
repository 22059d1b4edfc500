import { ChunkedDecoder } from '../../src/http1/chunked-decoder.ts';
import type { RequestHead } from '../../src/http1/request-head.ts';
import { RequestParser } from '../../src/http1/request-parser.ts';
import { fieldsOf, READING } from './read-request.ts';

/** One request as a parser read it. */
export interface Message {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: readonly (readonly [string, string])[];
  body: string;
  /** Whether the body was complete. */
  complete: boolean;
}

export interface Reading {
  readonly messages: Message[];
  /** The offset of each message's method. */
  readonly starts: number[];
}

/** Reads the requests in `text` one after the other, until one is refused, truncated, or the last of the connection. */
export function readMessages(text: string): Reading {
  const parser = new RequestParser(READING);
  const bytes = Buffer.from(text, 'latin1');
  const messages: Message[] = [];
  const starts: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const bodyStart = parser.parse(bytes, at, bytes.length);
    if (bodyStart <= 0) break;
    const message = messageOf(parser.head);
    const start = at + parser.skipped;
    at = readBody(message, parser.head, bytes, bodyStart);
    if (at < 0) break;
    messages.push(message);
    starts.push(start);
    if (!message.complete || !parser.head.keepAlive || nodeStops(parser.head)) break;
  }
  return { messages, starts };
}

function messageOf(head: RequestHead): Message {
  const { method, target, minor } = head;
  return { method, target, version: `1.${minor}`, fields: fieldsOf(head), body: '', complete: false };
}

/** Reads the body. Returns the offset of its end; -1 if it is refused. */
function readBody(message: Message, head: RequestHead, bytes: Buffer, start: number): number {
  if (head.framing === 'chunked') {
    const copy = Buffer.from(bytes);
    const decoder = new ChunkedDecoder();
    const length = decoder.decode(copy, start, copy.length);
    if (length < 0) return -1;
    message.body = copy.toString('latin1', decoder.dataStart, decoder.dataStart + length);
    message.complete = decoder.done;
    return decoder.consumed;
  }
  const end = Math.min(bytes.length, start + head.contentLength);
  message.body = bytes.toString('latin1', start, end);
  message.complete = end - start === head.contentLength;
  return end;
}

/**
 * Whether node:http stops here: it passes the rest of the connection on as soon as a client requests any upgrade, and it takes
 * Proxy-Connection for Connection. Neither changes where a message ends.
 */
function nodeStops(head: RequestHead): boolean {
  const names = fieldsOf(head).map(([name]) => name.toLowerCase());
  return head.form === 'authority' || names.includes('upgrade') || names.includes('proxy-connection');
}
