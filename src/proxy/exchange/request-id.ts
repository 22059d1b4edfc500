import { randomBytes } from 'node:crypto';
import type { Peer } from '../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../http1/request-head.ts';

/** All values of the last three hexadecimal digits of a count. */
const LOW_DIGITS = Array.from({ length: 0x1000 }, (_, count) => count.toString(16).padStart(3, '0'));

/** Creates unique ids without a random number per request: 64 random bits of the worker, then a counter. */
export class RequestIds {
  readonly #prefix = randomBytes(8).toString('hex');
  /** The next id without its last three digits. */
  #high = '';
  #count = 0;

  next(): string {
    const low = this.#count % LOW_DIGITS.length;
    if (low === 0)
      this.#high = this.#prefix + (this.#count / LOW_DIGITS.length).toString(16).padStart(5, '0');
    this.#count += 1;
    return this.#high + (LOW_DIGITS[low] as string);
  }
}

/** A trusted peer's own id is kept, so that one request has one id in all logs. */
export function requestIdOf(head: RequestHead, peer: Peer, ids: RequestIds): string {
  return peer.trusted && head.requestId !== '' ? head.requestId : ids.next();
}
