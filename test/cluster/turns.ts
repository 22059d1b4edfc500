/** Milliseconds; only ever waited for by a test that fails. */
const PATIENCE = 30_000;

/** Resolves when `holds` does, looked at in every turn of the event loop: for what tells nobody that it changed. */
export async function turnsUntil(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${String(holds)}`);
    await new Promise(setImmediate);
  }
}
