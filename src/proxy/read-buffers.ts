const SMALL = 8_192;
const LARGE = 65_536;
const SPARE = 64;

/**
 * Read buffers of upstream sockets. A socket reads into the same buffer again and again as long as every byte of it
 * went on to the kernel at once; it starts small (idle connections cost little) and grows when reads fill it.
 */
export class ReadBuffers {
  readonly #spare: Buffer[] = [];

  small(): Buffer {
    return Buffer.allocUnsafeSlow(SMALL);
  }

  large(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(LARGE);
  }

  isLarge(buffer: Buffer): boolean {
    return buffer.length === LARGE;
  }

  /** Only for a buffer that no pending write refers to. */
  giveBack(buffer: Buffer): void {
    if (buffer.length === LARGE && this.#spare.length < SPARE) this.#spare.push(buffer);
  }
}
