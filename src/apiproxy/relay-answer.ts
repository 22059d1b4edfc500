import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerFields, pairs } from './passed-fields.ts';

/**
 * Passes an answer on as it arrives: the head at once, the body as fast as the client reads, then the trailers. If the
 * answer ends before its end, podway closes the client's connection, so that the answer does not look complete.
 */
export function relayAnswer(answer: IncomingMessage, response: ServerResponse): void {
  const isChunked = response.req.httpVersion === '1.1' && answer.headers['transfer-encoding'] === 'chunked';
  response.sendDate = false;
  response.writeHead(
    answer.statusCode ?? 502,
    answer.statusMessage ?? '',
    answerFields(answer.rawHeaders, isChunked),
  );
  response.flushHeaders();
  answer.pipe(response, { end: false });
  answer.on('end', () => {
    if (!answer.complete) return void response.destroy();
    if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers));
    response.end();
  });
  answer.on('error', () => response.destroy());
  response.on('error', () => answer.destroy());
  response.on('close', () => answer.destroy());
}
