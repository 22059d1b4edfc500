import { randomBytes } from 'node:crypto';

/** Unique without a random number per request: 64 random bits of the worker, then a counter. */
export class RequestIds {
  readonly #prefix = randomBytes(8).toString('hex');
  #count = 0;

  next(): string {
    this.#count += 1;
    return this.#prefix + this.#count.toString(16).padStart(8, '0');
  }
}
