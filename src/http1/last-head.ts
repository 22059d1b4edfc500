import { LF } from './octets.ts';

/** Longer heads are not remembered: with MAX_REMEMBERED of them they would be the larger part of an idle worker's memory. */
const MAX_LENGTH = 2_048;
/** Connections of a worker, of either side, that remember a head at the same time: at most 2 MiB of text. */
const MAX_REMEMBERED = 1_024;

/** What a parser makes of a head. Nothing of it but `repeated`, and what others attach to it, changes after it was remembered. */
export interface RememberedHead {
  /** As received, octets as characters (latin1). */
  readonly text: string;
  /** It has come again, so what is found out about it is worth keeping. */
  repeated: boolean;
}

/**
 * The connections that remember a head, so that their number is bounded: the one that began first forgets. Those that are idle
 * keep no text for long.
 */
export class RecentHeads {
  readonly #places: (LastHead<RememberedHead> | undefined)[] = [];
  #next = 0;

  /** It remembers a head from now on. */
  add(last: LastHead<RememberedHead>): void {
    this.#places[this.#next]?.forget();
    this.#places[this.#next] = last;
    this.#next = (this.#next + 1) % MAX_REMEMBERED;
  }
}

/**
 * The last head of one connection. A peer that sends the same octets again gets the same object: it need not be read again, and
 * what was found out about it (where it goes, what is written for it) still holds. Health checks, metrics, polling clients and load
 * tests send such heads, and pods answer them with such.
 */
export class LastHead<Head extends RememberedHead> {
  readonly #recent: RecentHeads;
  #head: Head | undefined = undefined;
  #isListed = false;

  constructor(recent: RecentHeads) {
    this.#recent = recent;
  }

  /** The remembered head, if `buf` holds it whole from `start` on. */
  find(buf: Buffer, start: number, end: number): Head | undefined {
    const head = this.#head;
    if (head === undefined) return undefined;
    const next = start + head.text.length;
    // The last octets of the empty line: heads of other lengths are found out without comparing.
    if (next > end || buf[next - 1] !== LF || buf[next - 3] !== LF) return undefined;
    if (buf.toString('latin1', start, next) !== head.text) return undefined;
    head.repeated = true;
    return head;
  }

  remember(head: Head): void {
    if (head.text.length > MAX_LENGTH) {
      this.forget();
      return;
    }
    this.#head = head;
    if (this.#isListed) return;
    this.#isListed = true;
    this.#recent.add(this);
  }

  forget(): void {
    this.#head = undefined;
    this.#isListed = false;
  }
}
