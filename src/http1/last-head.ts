import { LF } from './octets.ts';

/**
 * Maximum length of a remembered head, in octets. MAX_REMEMBERED longer ones would be the larger part of an idle
 * worker's memory.
 */
const MAX_LENGTH = 2_048;
/**
 * Maximum number of connections of a worker, of either side, that remember a head at the same time: at most 2 MiB of
 * text.
 */
const MAX_REMEMBERED = 1_024;

/**
 * The result of a parser. After it was remembered it does not change, except `repeated` and what other code attaches to
 * it.
 */
export interface RememberedHead {
  /** As received, octets as characters (latin1). */
  readonly text: string;
  /** The head came again, so results about it are worth keeping. */
  repeated: boolean;
}

/**
 * The connections that remember a head. Their number is bounded: when it is reached, the oldest one forgets its head.
 * So idle connections do not keep text for long.
 */
export class RecentHeads {
  readonly #places: (LastHead<RememberedHead> | undefined)[] = [];
  #next = 0;

  /** The connection remembers a head from now on. */
  add(last: LastHead<RememberedHead>): void {
    this.#places[this.#next]?.forget();
    this.#places[this.#next] = last;
    this.#next = (this.#next + 1) % MAX_REMEMBERED;
  }
}

/**
 * The last head of any connection of a group. When a connection sends what another one has sent before, podway need not
 * parse it again.
 */
export interface GroupHead<Head extends RememberedHead> {
  head: Head | undefined;
}

/**
 * The last head of one connection. When a peer sends the same octets again it gets the same object: podway need not
 * parse them, and its earlier results (the route, the lines that it wrote for the head) still hold. Health checks,
 * metrics, polling clients and load tests repeat their heads, and so do the pods that answer them.
 */
export class LastHead<Head extends RememberedHead> {
  readonly #recent: RecentHeads;
  readonly #group: GroupHead<Head>;
  #head: Head | undefined = undefined;
  #isListed = false;
  /** The head of the group comes from this connection. */
  #isSource = false;

  /** @param group connections for which podway writes the same lines for a head */
  constructor(recent: RecentHeads, group: GroupHead<Head>) {
    this.#recent = recent;
    this.#group = group;
  }

  /** The remembered head, or that of the group, if `buf` contains exactly it from `start` on. */
  find(buf: Buffer, start: number, end: number): Head | undefined {
    const own = this.#head;
    const text = own === undefined ? '' : textAt(buf, start, end, own.text.length);
    if (own === undefined || text !== own.text) return this.#findOther(buf, start, end, text);
    own.repeated = true;
    return own;
  }

  /** @param text the result of `textAt`, for any length */
  #findOther(buf: Buffer, start: number, end: number, text: string): Head | undefined {
    const { head } = this.#group;
    if (head === undefined || head === this.#head) return undefined;
    const { length } = head.text;
    if ((text.length === length ? text : textAt(buf, start, end, length)) !== head.text) return undefined;
    head.repeated = true;
    this.#isSource = false;
    this.#keep(head);
    return head;
  }

  remember(head: Head): void {
    if (head.text.length > MAX_LENGTH) {
      this.forget();
      return;
    }
    this.#group.head = head;
    this.#isSource = true;
    this.#keep(head);
  }

  #keep(head: Head): void {
    this.#head = head;
    if (this.#isListed) return;
    this.#isListed = true;
    this.#recent.add(this);
  }

  /**
   * Forgets the head, also in the group if it comes from here, so that all groups together hold MAX_REMEMBERED heads at
   * most.
   */
  forget(): void {
    if (this.#isSource && this.#group.head === this.#head) this.#group.head = undefined;
    this.#isSource = false;
    this.#head = undefined;
    this.#isListed = false;
  }
}

/** The octets from `start` on as characters, if a head of that length may end there, else ''. */
function textAt(buf: Buffer, start: number, end: number, length: number): string {
  const next = start + length;
  // The last octets of the empty line: most heads of another length differ here, so they need no comparison.
  return next <= end && buf[next - 1] === LF && buf[next - 3] === LF
    ? buf.toString('latin1', start, next)
    : '';
}
