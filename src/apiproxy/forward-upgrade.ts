import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { safeMessage } from '../cluster/api/api-failure.ts';
import { type ApiUpstreams, type ApiUpstream, sendOnNewConnection } from './api-upstream.ts';
import type { EarlyBytes } from './early-bytes.ts';
import { answerStatus, responseTo } from './local-answer.ts';
import { requestFields } from './passed-fields.ts';
import { relayAnswer } from './relay-answer.ts';

/** Milliseconds for which one side of a stream may continue after the other side has ended. */
const LINGER_TIMEOUT = 1_000;
/**
 * Milliseconds to wait for the answer after the client has ended its side, because the client may be gone; also when
 * podway cannot see whether it has ended it.
 */
const ANSWER_TIMEOUT = 10_000;

/** A client that requests another protocol. */
export interface UpgradeRequest {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly early: EarlyBytes;
}

/** The answer to an upgrade request: its head has arrived, and podway has not passed on any of it. */
export type UpgradeAnswer =
  | {
      readonly kind: 'switched';
      readonly answer: IncomingMessage;
      readonly peer: Duplex;
      readonly first: Buffer;
    }
  | { readonly kind: 'refused'; readonly answer: IncomingMessage; readonly sent: ClientRequest };

/**
 * Sends the upgrade request to the API server. If the server refuses the credentials, podway reads them again and
 * repeats the request once.
 *
 * @throws ApiFailure, Error
 */
export async function upgradeAtApiServer(
  upgrading: UpgradeRequest,
  { target, passAuth }: { readonly target: string; readonly passAuth: boolean },
  reach: ApiUpstreams,
): Promise<UpgradeAnswer> {
  const { request } = upgrading;
  const ask = async (to: ApiUpstream): Promise<UpgradeAnswer> => {
    const { host, headers: credentials } = to;
    const upgrade = request.headers.upgrade ?? '';
    const method = request.method ?? '';
    const fields = requestFields(request.rawHeaders, { method, host, credentials, passAuth, upgrade });
    return sendUpgrade(await sendOnNewConnection(to, { method, target, fields }), upgrading);
  };
  const to = await reach.current();
  const answered = await ask(to);
  if (answered.answer.statusCode !== 401) return answered;
  const next = await reach.renewed(to);
  if (next === undefined) return answered;
  discard(answered);
  return ask(next);
}

/** Sends an upgrade request and waits for the head of the answer; cancels the request if the client leaves. */
export async function sendUpgrade(
  sent: ClientRequest,
  { socket: client, early }: Pick<UpgradeRequest, 'socket' | 'early'>,
): Promise<UpgradeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<UpgradeAnswer>();
  const cancel = () => sent.destroy();
  let late: NodeJS.Timeout | undefined;
  client.on('close', cancel);
  const stopWaiting = early.onEnd(() => (late = setTimeout(cancel, ANSWER_TIMEOUT)));
  sent.on('upgrade', (answer, peer, first) => resolve({ kind: 'switched', answer, peer, first }));
  sent.on('response', (answer) => resolve({ kind: 'refused', answer, sent }));
  // The listener stays, because the connection may fail later: that ends the answer.
  sent.on('error', reject);
  sent.end();
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    client.off('close', cancel);
    stopWaiting();
  }
}

/** Passes the answer on. After a switch, bytes go both ways; after a refusal, both connections end. */
export function relayAnswerToUpgrade(
  { request, socket, early }: UpgradeRequest,
  answered: UpgradeAnswer,
): void {
  if (socket.destroyed) return discard(answered);
  const first = early.release();
  if (answered.kind === 'refused') {
    const { answer, sent } = answered;
    // podway discards what the client still sends.
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

/** Answers a failed upgrade with 502 and the reason. */
export function failUpgrade({ request, socket, early }: UpgradeRequest, error: unknown): void {
  if (socket.destroyed) return;
  early.release();
  socket.resume();
  answerStatus(responseTo(request, socket), 502, safeMessage(error));
}

function discard(answered: UpgradeAnswer): void {
  if (answered.kind === 'switched') answered.peer.destroy();
  else answered.sent.destroy();
}

function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let at = 0; at < rawHeaders.length; at += 2) head += `${rawHeaders[at]}: ${rawHeaders[at + 1]}\r\n`;
  return `${head}\r\n`;
}

/**
 * Forwards bytes both ways, no faster than the reader takes them. When one side ends, the other side gets all bytes
 * that were sent and has LINGER_TIMEOUT to answer; then both end. The API server does the same: it does not support
 * half-closed streams.
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
    // The client ended its side before it got the answer.
    if (from.readableEnded) end(to, from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      // podway discards what the other side still sends.
      to.unpipe(from);
      to.resume();
      if (!to.destroyed && !to.writableEnded) end(to, from);
    });
  }
}
