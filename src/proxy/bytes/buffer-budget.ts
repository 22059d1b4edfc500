/**
 * A pod is read while fewer bytes than this are queued for its client: one small write in flight. Also the sockets'
 * high-water mark.
 */
export const LOW_WATERMARK = 16_384;

/** Size of a block of reused memory, in bytes: what podway reads from a pod at once, and the framing around it. */
const BLOCK = 65_536 + 1_024;
/** Maximum number of spare blocks, about 16 MiB. `trim` reduces their number to 0 while they are not needed. */
const SPARE_BLOCKS = 256;

/** `write-through`: the client waits for every byte. */
export type Flow = 'buffered' | 'write-through';

/**
 * Limits how many bytes podway queues for clients that read slowly: per response, and for all responses of a worker
 * together. A response that asked for write-through gets the low watermark, and so does every response once the
 * worker's memory is used up.
 */
export class BufferBudget {
  readonly #total: number;
  used = 0;
  readonly #spare: Buffer[] = [];
  /** The smallest number of spare blocks since the last `trim`. */
  #unused = 0;
  /**
   * Allocates memory for bytes that wait. A size above half a block gets a block, which `giveBack` can reuse. With a
   * new allocation each time, V8 would often collect its whole heap because of memory outside it.
   */
  readonly allocate = (size: number): Buffer => {
    if (size <= BLOCK / 2 || size > BLOCK) return Buffer.allocUnsafeSlow(size);
    const block = this.#spare.pop() ?? Buffer.allocUnsafeSlow(BLOCK);
    this.#unused = Math.min(this.#unused, this.#spare.length);
    return block.subarray(0, size);
  };

  /** @param total bytes of all responses together */
  constructor(total: number) {
    this.#total = total;
  }

  get isScarce(): boolean {
    return this.used >= this.#total;
  }

  /** Takes back memory from `allocate`. The caller must have no reference to it any more. */
  giveBack({ buffer }: Buffer): void {
    if (buffer.byteLength === BLOCK && this.#spare.length < SPARE_BLOCKS)
      this.#spare.push(Buffer.from(buffer));
  }

  /** Called periodically. Leaves half of the blocks that were not needed since the last call to the garbage collector. */
  trim(): void {
    this.#spare.length -= Math.ceil(this.#unused / 2);
    this.#unused = this.#spare.length;
  }

  /**
   * Queued bytes at which podway stops reading from the pod.
   *
   * @param size queued bytes that this response may have while memory is not scarce
   */
  watermark(flow: Flow, size: number): number {
    return flow === 'write-through' || this.isScarce ? LOW_WATERMARK : Math.max(size, LOW_WATERMARK);
  }
}
