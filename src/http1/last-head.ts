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

/** The last head of any connection of a group: where one sends what another has sent before, it need not be read for each. */
export interface GroupHead<Head extends RememberedHead> {
  head: Head | undefined;
}

/**
 * The last head of one connection. A peer that sends the same octets again gets the same object: it need not be read again, and
 * what was found out about it (where it goes, what is written for it) still holds. Health checks, metrics, polling clients and load
 * tests send such heads, and pods answer them with such.
 */
export class LastHead<Head extends RememberedHead> {
  readonly #recent: RecentHeads;
  readonly #group: GroupHead<Head>;
  #head: Head | undefined = undefined;
  #isListed = false;
  /** The group has the head from here. */
  #isSource = false;

  /** `group`: what is written for a head is the same for all connections of it. */
  constructor(recent: RecentHeads, group: GroupHead<Head>) {
    this.#recent = recent;
    this.#group = group;
  }

  /** The remembered head, or that of the group, if `buf` holds it whole from `start` on. */
  find(buf: Buffer, start: number, end: number): Head | undefined {
    const own = this.#head;
    const text = own === undefined ? '' : textAt(buf, start, end, own.text.length);
    if (own === undefined || text !== own.text) return this.#findOther(buf, start, end, text);
    own.repeated = true;
    return own;
  }

  /** `text`: what `textAt` has found, of any length. */
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

  /** Also for the group that has it from here, so that no more than MAX_REMEMBERED are held in all groups. */
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
  // The last octets of the empty line: heads of other lengths are found out without comparing.
  return next <= end && buf[next - 1] === LF && buf[next - 3] === LF
    ? buf.toString('latin1', start, next)
    : '';
}
