import { setImmediate as turn } from 'node:timers/promises';

/** Characters of one slice, about: some hundred microseconds. */
const SLICE = 64 * 1024;
/** Pieces taken for one slice, should they all be empty. */
const MAX_ITEMS = 2_000;

/** Short pieces of a long text, each made when its turn comes, as slices; the event loop turns after each. */
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
