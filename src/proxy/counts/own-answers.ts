import type { OwnAnswer } from '../../boundary/own-answer.ts';

const MAX_HOST_LENGTH = 255;
const MAX_PATH_LENGTH = 256;

/** The last answers that a worker wrote itself. They show what happened to a request without repeating it. */
export class OwnAnswers {
  readonly #ring: OwnAnswer[] = [];
  readonly #max: number;
  readonly #start: number;
  #seq: number;

  /**
   * @param max number of answers that are kept
   * @param start greater than the numbers of all answers of an earlier thread; the numbers of these answers are greater
   * than it
   */
  constructor(max: number, start: number) {
    this.#max = max;
    this.#start = start;
    this.#seq = start;
  }

  /**
   * Memory stays bounded regardless of what clients send: texts are cut, and copied out of the head that contained
   * them.
   */
  add(answer: Omit<OwnAnswer, 'seq'>): void {
    this.#seq += 1;
    const { host, path, requestId } = answer;
    this.#ring[this.#seq % this.#max] = {
      ...answer,
      seq: this.#seq,
      host: copied(host, MAX_HOST_LENGTH),
      path: copied(path, MAX_PATH_LENGTH),
      requestId: copied(requestId, MAX_PATH_LENGTH),
    };
  }

  /** At most `most` answers with numbers greater than `since`, oldest first. */
  since(since: number, max: number): readonly OwnAnswer[] {
    const first = Math.max(since, this.#start, this.#seq - this.#max) + 1;
    const answers: OwnAnswer[] = [];
    for (let seq = first; seq <= this.#seq && answers.length < max; seq++)
      answers.push(this.#ring[seq % this.#max] as OwnAnswer);
    return answers;
  }

  /** The newest answer with this request id. */
  of(requestId: string): OwnAnswer | undefined {
    for (let seq = this.#seq; seq > Math.max(this.#start, this.#seq - this.#max); seq--) {
      const answer = this.#ring[seq % this.#max];
      if (answer?.requestId === requestId) return answer;
    }
    return undefined;
  }
}

/** @param max number of answers that are kept; 0: none */
export function rememberAnswers(max: number): OwnAnswers | undefined {
  // 1,000 numbers per millisecond: no thread answers so many requests that a later thread starts below its numbers.
  return max === 0 ? undefined : new OwnAnswers(max, Date.now() * 1_000);
}

/** A slice would keep in memory the whole head from which it was cut. */
function copied(text: string, max: number): string {
  return Buffer.from(text.slice(0, max), 'latin1').toString('latin1');
}
