/** Milliseconds; only a failing test waits this long. */
const TIMEOUT = 30_000;

/** Resolves when `condition` is true; checks it in every turn of the event loop, for state that has no events. */
export async function waitUntil(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + TIMEOUT;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${String(condition)}`);
    await new Promise(setImmediate);
  }
}
