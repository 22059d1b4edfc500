import { once } from 'node:events';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { safeMessage } from '../cluster/api/api-failure.ts';
import { type ApiUpstreams, type ApiUpstream, sendPooled } from './api-upstream.ts';
import { answerStatus } from './local-answer.ts';
import { pairs, requestFields } from './passed-fields.ts';
import { relayAnswer } from './relay-answer.ts';

/** Maximum bytes of a body that podway collects, so that it can repeat the request with new credentials. */
const MAX_COLLECTED_BYTES = 64 * 1024;
/** Milliseconds between two checks of a client whose body the API server does not take. */
const CHECK_INTERVAL = 1_000;
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface ForwardedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path and query for the API server. */
  readonly target: string;
  /** The client waits for `100 Continue` before it sends its body. */
  readonly awaitsContinue: boolean;
  readonly passAuth: boolean;
}

/** Forwards a request to the API server and the answer to the client. Never rejects. */
export async function forwardRequest(forwarding: ForwardedRequest, reach: ApiUpstreams): Promise<void> {
  const { request, response } = forwarding;
  let answer: IncomingMessage | undefined;
  try {
    const body = await bodyOf(forwarding);
    let upstream = await reach.current();
    answer = await sendWithRetry(forwarding, upstream, body);
    if (answer.statusCode === 401 && body !== 'stream') {
      const next = await reach.renewed(upstream);
      if (next !== undefined) {
        answer.destroy();
        upstream = next;
        answer = await sendWithRetry(forwarding, upstream, body);
      }
    } else if (answer.statusCode === 401) await reach.renewed(upstream).catch(() => undefined);
    if (response.destroyed) return void answer.destroy();
    relayAnswer(answer, response);
  } catch (error) {
    answer?.destroy();
    request.unpipe();
    answerStatus(response, 502, `the API server cannot be reached: ${safeMessage(error)}`);
  }
}

/** Collects a short body. 'stream': podway forwards the body as it arrives, and cannot repeat it. */
async function bodyOf({ request, awaitsContinue }: ForwardedRequest): Promise<Buffer | 'stream'> {
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
  if (coding !== undefined || awaitsContinue || Number(length ?? 0) > MAX_COLLECTED_BYTES) return 'stream';
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function sendWithRetry(
  forwarding: ForwardedRequest,
  reach: ApiUpstream,
  body: Buffer | 'stream',
): Promise<IncomingMessage> {
  try {
    return await send(forwarding, reach, body);
  } catch (error) {
    // The server had closed the kept connection before the request arrived.
    const isRepeatable = body !== 'stream' && SAFE_METHODS.has(forwarding.request.method ?? '');
    if (!isRepeatable || !(error instanceof StaleConnection)) throw error;
    return send(forwarding, reach, body);
  }
}

class StaleConnection extends Error {}

/**
 * Sends the request; resolves with the head of the answer.
 *
 * @throws StaleConnection if a kept connection failed; Error
 */
async function send(
  { request, response, target, passAuth, awaitsContinue }: ForwardedRequest,
  reach: ApiUpstream,
  body: Buffer | 'stream',
): Promise<IncomingMessage> {
  const { host, headers: credentials } = reach;
  const method = request.method ?? '';
  const fields = requestFields(request.rawHeaders, { method, host, credentials, passAuth, upgrade: '' });
  const sent = sendPooled(reach, { method, target, fields });
  const cancel = () => sent.destroy();
  response.on('close', cancel);
  sent.on('close', () => response.off('close', cancel));
  if (awaitsContinue) {
    sent.on('continue', () => {
      response.writeContinue();
      streamBody(request, sent);
    });
    sent.flushHeaders();
  } else if (body === 'stream') streamBody(request, sent);
  else sent.end(body);
  try {
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    // It is unknown whether the client will still send its body, so the connection must end.
    if (awaitsContinue && !request.readableFlowing) response.shouldKeepAlive = false;
    sent.on('error', (error) => answer.destroy(error));
    return answer;
  } catch (error) {
    throw sent.reusedSocket ? new StaleConnection(safeMessage(error)) : error;
  }
}

/** Forwards the body with its trailers. If the body ends before its end, the server never gets it as a complete one. */
function streamBody(request: IncomingMessage, sent: ClientRequest): void {
  request.pipe(sent, { end: false });
  request.on('end', () => {
    if (!request.complete) return void sent.destroy();
    if (request.rawTrailers.length > 0) sent.addTrailers(pairs(request.rawTrailers));
    sent.end();
  });
  request.on('error', () => sent.destroy());
  // Node does not notice a reset while it does not read from the client. An empty write fails after a reset.
  const probe = setInterval(() => request.socket.write(''), CHECK_INTERVAL).unref();
  request.on('close', () => clearInterval(probe));
  sent.on('close', () => {
    clearInterval(probe);
    // The server has answered. A client that reads nothing before it has sent everything would otherwise wait for ever.
    request.resume();
  });
}
