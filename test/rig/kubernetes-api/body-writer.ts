import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** Writes the body of an answer, with the fault that its request drew. */
export class BodyWriter {
  readonly #response: ServerResponse;
  readonly #fault: Fault | undefined;
  #written = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(response: ServerResponse, fault: Fault | undefined) {
    this.#response = response;
    this.#fault = fault;
    response.socket?.setNoDelay(true);
  }

  write(data: string | Buffer): void {
    const bytes = Buffer.from(data);
    if (this.#fault?.kind === 'cut') {
      this.#writeUntil(this.#fault.after, bytes, () => this.#response.socket?.resetAndDestroy());
    } else if (this.#fault?.kind === 'hang') {
      this.#writeUntil(this.#fault.after, bytes, () => undefined);
    } else if (this.#fault?.kind === 'split') {
      const size = this.#fault.bytes;
      this.#queue = this.#queue.then(() => this.#writePieces(bytes, size));
    } else {
      this.#response.write(bytes);
    }
  }

  end(): void {
    if (this.#fault?.kind === 'hang') return;
    this.#queue = this.#finish(this.#queue);
  }

  async #finish(before: Promise<void>): Promise<void> {
    await before;
    if (!this.#response.destroyed) this.#response.end();
  }

  #writeUntil(limit: number, bytes: Buffer, reached: () => void): void {
    const rest = Math.max(0, limit - this.#written);
    this.#written += bytes.length;
    if (rest > bytes.length) this.#response.write(bytes);
    else this.#response.write(bytes.subarray(0, rest), reached);
  }

  async #writePieces(bytes: Buffer, size: number): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#response.destroyed; at += size) {
      this.#response.write(bytes.subarray(at, at + size));
      await turn();
    }
  }
}
