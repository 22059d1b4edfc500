import type { Violation } from './channel-frames.ts';

/** Messages that mean nothing and are ignored, at most; then the peer speaks something else. */
export const MOST_IGNORED = 64;

const TOO_MANY_IGNORED: Violation = {
  type: 'violation',
  code: 1002,
  detail: `the server sent more than ${MOST_IGNORED} messages that belong to no channel`,
};

/** How much nonsense of one stream has been ignored; after a violation nothing more of it is read. */
export class Tolerance {
  /** Messages. */
  ignored = 0;
  isViolated = false;

  /** One more message is ignored; the violation when it is one too many. */
  ignore(): Violation | undefined {
    this.ignored += 1;
    return this.ignored > MOST_IGNORED ? this.violate(TOO_MANY_IGNORED) : undefined;
  }

  violate(violation: Violation): Violation {
    this.isViolated = true;
    return violation;
  }
}
