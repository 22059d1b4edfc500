import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { safeMessage } from '../cluster/api/api-failure.ts';
import { type ApiReach, type Reach, sendKept } from './api-reach.ts';
import { answerStatus } from './local-answer.ts';
import { pairs, requestFields } from './passed-fields.ts';
import { relayAnswer } from './relay-answer.ts';

/** Bytes of a body up to which a request is collected, and so can be repeated with new credentials. */
const COLLECTED = 64 * 1024;
/** Milliseconds between two looks at a client whose body the API server does not take. */
const LOOK_PERIOD = 1_000;
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface Forwarding {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query for the API server. */
  readonly target: string;
  /** The client waits for a 100 before it sends its body. */
  readonly awaitsContinue: boolean;
  readonly passAuth: boolean;
}

/** Passes a request on to the API server and its answer back, bodies as they come. Never rejects. */
export async function forwardRequest(forwarding: Forwarding, reach: ApiReach): Promise<void> {
  const { request, response } = forwarding;
  let answer: IncomingMessage | undefined;
  try {
    const body = await bodyOf(forwarding);
    let to = await reach.now();
    answer = await answerTo(forwarding, to, body);
    if (answer.statusCode === 401 && body !== 'stream') {
      const next = await reach.after(to);
      if (next !== undefined) {
        answer.destroy();
        to = next;
        answer = await answerTo(forwarding, to, body);
      }
    } else if (answer.statusCode === 401) await reach.after(to).catch(() => undefined);
    if (response.destroyed) return void answer.destroy();
    relayAnswer(answer, response);
  } catch (error) {
    answer?.destroy();
    request.unpipe();
    answerStatus(response, 502, `the API server cannot be reached: ${safeMessage(error)}`);
  }
}

/** A short body is collected; 'stream': it is passed on as it comes, once. */
async function bodyOf({ request, awaitsContinue }: Forwarding): Promise<Buffer | 'stream'> {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding !== undefined || awaitsContinue || Number(length ?? 0) > COLLECTED) return 'stream';
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function answerTo(
  forwarding: Forwarding,
  reach: Reach,
  body: Buffer | 'stream',
): Promise<IncomingMessage> {
  try {
    return await ask(forwarding, reach, body);
  } catch (error) {
    // The server had ended a kept connection when the request came.
    const isRepeatable = body !== 'stream' && SAFE.has(forwarding.request.method ?? '');
    if (!isRepeatable || !(error instanceof StaleConnection)) throw error;
    return ask(forwarding, reach, body);
  }
}

class StaleConnection extends Error {}

/** Sends it, and resolves with the head of the answer. */
async function ask(
  { request, response, target, passAuth, awaitsContinue }: Forwarding,
  reach: Reach,
  body: Buffer | 'stream',
): Promise<IncomingMessage> {
  const { host, headers: credentials } = reach;
  const method = request.method ?? '';
  const fields = requestFields(request.rawHeaders, { method, host, credentials, passAuth, upgrade: '' });
  const sent = sendKept(reach, { method, target, fields });
  const leave = () => sent.destroy();
  response.on('close', leave);
  sent.on('close', () => response.off('close', leave));
  if (awaitsContinue) {
    sent.on('continue', () => {
      response.writeContinue();
      stream(request, sent);
    });
    sent.flushHeaders();
  } else if (body === 'stream') stream(request, sent);
  else sent.end(body);
  try {
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    // Whether the client sends its body after all is not known: the connection ends.
    if (awaitsContinue && !request.readableFlowing) response.shouldKeepAlive = false;
    sent.on('error', (error) => answer.destroy(error));
    return answer;
  } catch (error) {
    throw sent.reusedSocket ? new StaleConnection(safeMessage(error)) : error;
  }
}

/** With its trailers; a body that breaks off is never sent as a whole one. */
function stream(request: IncomingMessage, sent: ClientRequest): void {
  request.pipe(sent, { end: false });
  request.on('end', () => {
    if (!request.complete) return void sent.destroy();
    if (request.rawTrailers.length > 0) sent.addTrailers(pairs(request.rawTrailers));
    sent.end();
  });
  request.on('error', () => sent.destroy());
  // A client that is not read is not watched either; an empty write is refused once it has reset the connection.
  const look = setInterval(() => request.socket.write(''), LOOK_PERIOD).unref();
  request.on('close', () => clearInterval(look));
  sent.on('close', () => {
    clearInterval(look);
    // Answered already: a client that reads nothing before it has sent everything would wait for ever.
    request.resume();
  });
}
