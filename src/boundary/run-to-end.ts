/** Runs work that pauses after every bounded piece to its end, without the pauses; returns its result. */
export function runToEnd<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
