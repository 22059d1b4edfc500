/** Milliseconds; only a failing test waits this long. */
const PATIENCE = 30_000;

/** Resolves when `holds` is true; checks it in every turn of the event loop, for state that has no events. */
export async function turnsUntil(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`timed out waiting for ${String(holds)}`);
    await new Promise(setImmediate);
  }
}
