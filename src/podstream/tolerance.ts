import type { Violation } from './channel-frames.ts';

/** Maximum number of ignored messages. A peer that sends more speaks another protocol. */
export const MAX_IGNORED = 64;

const TOO_MANY_IGNORED: Violation = {
  type: 'violation',
  code: 1002,
  detail: `the server sent more than ${MAX_IGNORED} messages that belong to no channel`,
};

/** Counts the ignored messages of one stream. After a violation podway ignores the rest of the stream. */
export class Tolerance {
  /** Number of ignored messages. */
  ignored = 0;
  isViolated = false;

  /** Counts one more ignored message. Returns the violation if the limit is passed. */
  ignore(): Violation | undefined {
    this.ignored += 1;
    return this.ignored > MAX_IGNORED ? this.violate(TOO_MANY_IGNORED) : undefined;
  }

  violate(violation: Violation): Violation {
    this.isViolated = true;
    return violation;
  }
}
