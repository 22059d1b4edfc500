import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Random } from '../http1/random.ts';
import type { OriginRequest } from '../fixtures/origin.ts';
import { podBytes, insertUnrequestedBytes } from './generate-response.ts';
import { Pushes } from './pushes.ts';

/**
 * When a pod pushes unrequested bytes: in the segment of its response; while the connection is idle (clients send no request until the
 * router has read the bytes); or some turns of the event loop after its response, while clients send at any time.
 */
export type Push = 'never' | 'with the answer' | 'while idle' | 'around the next request';

/** The mark of an exchange: twelve digits. A mutation of another mark gives the same digits only by an unlikely chance. */
export function tokenOf(target: string): string {
  return `<${target.slice(1)}>`;
}

/** Maximum number of turns of the event loop between a response and a push, or the next request. */
export const MAX_TURNS = 8;

let serial = 0;
const issued = new Set<string>();

/** A target that contains the mark of its exchange. */
export function nextTarget(): string {
  serial += 1;
  const target = `/${hash('sha1', String(serial)).slice(0, 12)}`;
  issued.add(tokenOf(target));
  return target;
}

/** The marks in a text. A mutated mark belongs to no exchange. */
export function tokensIn(text: string): Set<string> {
  return new Set(text.match(/<[0-9a-f]{12}>/g)?.filter((token) => issued.has(token)));
}

/** A pod that sends generated false responses, each with the mark of its exchange. */
export class DesyncPod {
  readonly #push: Push;
  readonly #random: Random;
  /** Targets after whose complete response bytes were pushed. */
  readonly pushed = new Set<string>();
  /** The pushes that happened some turns after the response. */
  readonly pushes = new Pushes();
  #processed: Promise<unknown> = Promise.resolve();

  constructor(push: Push, random: Random) {
    this.#push = push;
    this.#random = random;
  }

  /** Whether clients wait for `untilProcessed` before their next request. */
  get clientsWait(): boolean {
    return this.#push === 'while idle';
  }

  /** Resolves when the router has processed the bytes that were pushed into an idle connection. */
  get untilProcessed(): Promise<unknown> {
    return this.#processed;
  }

  readonly answer = async (request: OriginRequest): Promise<void> => {
    const { connection } = request;
    const { socket } = connection;
    const token = tokenOf(request.target);
    await request.body;
    const { bytes, cuts, end, whole } = podBytes(token, request.method, this.#random);
    // After a part of a response these bytes would be its rest, and both together might be a valid response.
    const behind =
      whole && this.#push === 'with the answer' ? insertUnrequestedBytes(token, this.#random) : '';
    const isLate = this.#push === 'around the next request';
    if (whole && this.#push !== 'never' && !isLate) this.pushed.add(request.target);
    let from = 0;
    for (const cut of [...cuts, bytes.length]) {
      socket.write(bytes.slice(from, cut) + (cut === bytes.length ? behind : ''), 'latin1');
      from = cut;
      if (cuts.length > 0) await turn();
    }
    if (end === 'fin') socket.end();
    if (end === 'reset') socket.resetAndDestroy();
    if (whole && isLate && this.#random(3) === 0) await this.#pushLater(request);
    if (end !== 'open' || this.#push !== 'while idle') return;
    socket.write(insertUnrequestedBytes(token, this.#random), 'latin1');
    this.#processed = connection.closed();
  };

  async #pushLater(request: OriginRequest): Promise<void> {
    for (let left = this.#random(MAX_TURNS); left > 0; left -= 1) await turn();
    this.pushes.recordPush(request);
    request.connection.socket.write(insertUnrequestedBytes(tokenOf(request.target), this.#random), 'latin1');
  }
}
