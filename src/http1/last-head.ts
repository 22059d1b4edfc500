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
    if (own !== undefined && isAt(own, buf, start, end)) return own;
    const { head } = this.#group;
    if (head === undefined || head === own || !isAt(head, buf, start, end)) return undefined;
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

/** `buf` holds the head, whole, from `start` on. */
function isAt(head: RememberedHead, buf: Buffer, start: number, end: number): boolean {
  const { text } = head;
  const next = start + text.length;
  // The last octets of the empty line, and one in the middle: nearly all other heads are found out without comparing.
  if (next > end || buf[next - 1] !== LF || buf[next - 3] !== LF) return false;
  const middle = text.length >> 1;
  if (buf[start + middle] !== text.charCodeAt(middle) || buf.toString('latin1', start, next) !== text)
    return false;
  head.repeated = true;
  return true;
}
