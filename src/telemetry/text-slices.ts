import { setImmediate as turn } from 'node:timers/promises';

/** Characters of one slice, about: some hundred microseconds. */
const SLICE = 64 * 1024;
/** Pieces looked at for one slice, should they have nothing to say. */
const LOOKED_AT = 2_000;

/** Short pieces of a long text, each made when its turn comes, as slices; the event loop turns after each. */
export async function* textSlices(pieces: Iterable<string>): AsyncGenerator<string, void> {
  let text = '';
  let lookedAt = 0;
  for (const piece of pieces) {
    text += piece;
    lookedAt += 1;
    if (text.length < SLICE && lookedAt < LOOKED_AT) continue;
    yield text;
    await turn();
    text = '';
    lookedAt = 0;
  }
  if (text === '') return;
  yield text;
  await turn();
}
