import type { OwnAnswer } from '../../boundary/own-answer.ts';

const LONGEST_HOST = 255;
const LONGEST_PATH = 256;

/**
 * The last answers of the router's own at a worker, so that a request need not be repeated to learn what became of it.
 */
export class OwnAnswers {
  readonly #ring: OwnAnswer[] = [];
  readonly #most: number;
  readonly #start: number;
  #seq: number;

  /** @param most that are kept. @param start their numbers are greater, and those of an earlier thread are not */
  constructor(most: number, start: number) {
    this.#most = most;
    this.#start = start;
    this.#seq = start;
  }

  /** In memory of a bounded size, regardless of what clients send: cut, and apart from the head that they came in. */
  add(answer: Omit<OwnAnswer, 'seq'>): void {
    this.#seq += 1;
    const { host, path, requestId } = answer;
    this.#ring[this.#seq % this.#most] = {
      ...answer,
      seq: this.#seq,
      host: copied(host, LONGEST_HOST),
      path: copied(path, LONGEST_PATH),
      requestId: copied(requestId, LONGEST_PATH),
    };
  }

  /** Those after `since`, the oldest first. */
  since(since: number, most: number): readonly OwnAnswer[] {
    const first = Math.max(since, this.#start, this.#seq - this.#most) + 1;
    const answers: OwnAnswer[] = [];
    for (let seq = first; seq <= this.#seq && answers.length < most; seq++)
      answers.push(this.#ring[seq % this.#most] as OwnAnswer);
    return answers;
  }

  /** The newest of that id. */
  of(requestId: string): OwnAnswer | undefined {
    for (let seq = this.#seq; seq > Math.max(this.#start, this.#seq - this.#most); seq--) {
      const answer = this.#ring[seq % this.#most];
      if (answer?.requestId === requestId) return answer;
    }
    return undefined;
  }
}

/** @param most 0: none */
export function rememberAnswers(most: number): OwnAnswers | undefined {
  // A thousand in a millisecond: no thread comes so far that one after it begins below it.
  return most === 0 ? undefined : new OwnAnswers(most, Date.now() * 1_000);
}

/** A slice would keep all of the head that it was cut out of. */
function copied(text: string, most: number): string {
  return Buffer.from(text.slice(0, most), 'latin1').toString('latin1');
}
