import { setImmediate as turn } from 'node:timers/promises';

/** Approximate number of characters in one slice: some hundred microseconds. */
const SLICE = 64 * 1024;
/** Maximum number of pieces in one slice, in case they are empty. */
const MAX_ITEMS = 2_000;

/**
 * Joins short pieces of a long text to slices. Each piece is made only when it is needed, and the event loop turns
 * after each slice.
 */
export async function* textSlices(pieces: Iterable<string>): AsyncGenerator<string, void> {
  let text = '';
  let items = 0;
  for (const piece of pieces) {
    text += piece;
    items += 1;
    if (text.length < SLICE && items < MAX_ITEMS) continue;
    yield text;
    await turn();
    text = '';
    items = 0;
  }
  if (text === '') return;
  yield text;
  await turn();
}
