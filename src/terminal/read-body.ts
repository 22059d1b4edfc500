import type { IncomingMessage } from 'node:http';
import { parseJson } from '../cluster/api/status.ts';
import { Refusal } from './refusal.ts';

/** Maximum size of the body of a request for a session, in bytes. */
const MAX_BODY_BYTES = 16 * 1024;

/** Reads the JSON body of a request. @throws Refusal */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  // Pages of other origins cannot send this type without a CORS preflight.
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal('bad-request', 'expected a body of type application/json');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new Refusal('bad-request', `expected a body of at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const body = parseJson(Buffer.concat(chunks).toString('utf8'));
  if (body === undefined) throw new Refusal('bad-request', 'expected a body in JSON');
  return body;
}
