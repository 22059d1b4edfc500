import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { safeMessage } from '../cluster/api/api-failure.ts';
import { type ApiReach, type Reach, sendAlone } from './api-reach.ts';
import type { EarlyBytes } from './early-bytes.ts';
import { answerStatus, responseTo } from './local-answer.ts';
import { requestFields } from './passed-fields.ts';
import { relayAnswer } from './relay-answer.ts';

/** Milliseconds for which one side of a stream may go on when the other has ended. */
const LINGER_TIMEOUT = 1_000;
/** Milliseconds for the answer when the client has ended its side: it may have gone altogether. So, too, when that cannot be seen. */
const ANSWER_TIMEOUT = 10_000;

/** A client that asks for another protocol. */
export interface Upgrading {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly early: EarlyBytes;
}

/** What became of an upgrade that was asked for: its head has come, and nothing of it was passed on. */
export type Answered =
  | {
      readonly kind: 'switched';
      readonly answer: IncomingMessage;
      readonly peer: Duplex;
      readonly first: Buffer;
    }
  | { readonly kind: 'refused'; readonly answer: IncomingMessage; readonly sent: ClientRequest };

/** Asks the API server for the same; credentials that it does not accept are read again, once. @throws ApiFailure, Error */
export async function askApiServer(
  upgrading: Upgrading,
  { target, passAuth }: { readonly target: string; readonly passAuth: boolean },
  reach: ApiReach,
): Promise<Answered> {
  const { request } = upgrading;
  const ask = async (to: Reach): Promise<Answered> => {
    const { host, headers: credentials } = to;
    const upgrade = request.headers.upgrade ?? '';
    const method = request.method ?? '';
    const fields = requestFields(request.rawHeaders, { method, host, credentials, passAuth, upgrade });
    return answerOf(await sendAlone(to, { method, target, fields }), upgrading);
  };
  const to = await reach.now();
  const answered = await ask(to);
  if (answered.answer.statusCode !== 401) return answered;
  const next = await reach.after(to);
  if (next === undefined) return answered;
  discard(answered);
  return ask(next);
}

/** Sends a request for an upgrade and waits for the answer's head; ends with the client. */
export async function answerOf(
  sent: ClientRequest,
  { socket: client, early }: Pick<Upgrading, 'socket' | 'early'>,
): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const leave = () => sent.destroy();
  let late: NodeJS.Timeout | undefined;
  client.on('close', leave);
  const stopWaiting = early.whenOver(() => (late = setTimeout(leave, ANSWER_TIMEOUT)));
  sent.on('upgrade', (answer, peer, first) => resolve({ kind: 'switched', answer, peer, first }));
  sent.on('response', (answer) => resolve({ kind: 'refused', answer, sent }));
  // A listener stays: what breaks later ends the answer.
  sent.on('error', reject);
  sent.end();
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    client.off('close', leave);
    stopWaiting();
  }
}

/** Passes the answer on: bytes both ways from then on, or a refusal, after which both connections end. */
export function passOn({ request, socket, early }: Upgrading, answered: Answered): void {
  if (socket.destroyed) return discard(answered);
  const first = early.release();
  if (answered.kind === 'refused') {
    const { answer, sent } = answered;
    // What it still sends is discarded.
    socket.resume();
    const response = responseTo(request, socket);
    response.on('close', () => sent.destroy());
    answer.on('close', () => sent.destroy());
    relayAnswer(answer, response);
    return;
  }
  const { answer, peer } = answered;
  socket.write(headOf(answer), 'latin1');
  if (answered.first.length > 0) socket.write(answered.first);
  if (first.length > 0) peer.write(first);
  join(socket, peer);
}

/** A failed upgrade, reported to the client. */
export function failUpgrade({ request, socket, early }: Upgrading, error: unknown): void {
  if (socket.destroyed) return;
  early.release();
  socket.resume();
  answerStatus(responseTo(request, socket), 502, safeMessage(error));
}

function discard(answered: Answered): void {
  if (answered.kind === 'switched') answered.peer.destroy();
  else answered.sent.destroy();
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return `${head}\r\n`;
}

/**
 * Bytes both ways, no faster than the reader. When one side ends, the other gets what was sent and has a moment to answer; then
 * both end, as the API server does it: it knows no half-closed streams.
 */
function join(one: Duplex, other: Duplex): void {
  const end = (to: Duplex, from: Duplex): void => {
    to.end(() => {
      setTimeout(() => {
        to.destroy();
        from.destroy();
      }, LINGER_TIMEOUT).unref();
    });
  };
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to, { end: false });
    from.on('end', () => end(to, from));
    // A client that has ended its side before it got its answer.
    if (from.readableEnded) end(to, from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      // What it still sends is discarded.
      to.unpipe(from);
      to.resume();
      if (!to.destroyed && !to.writableEnded) end(to, from);
    });
  }
}
