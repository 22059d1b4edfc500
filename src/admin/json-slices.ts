import { setImmediate as turn } from 'node:timers/promises';

/** Characters of one slice, about: some hundred microseconds. */
const SLICE = 64 * 1024;

/**
 * An object as JSON for people, slice by slice; the event loop turns after each.
 *
 * @param fields the object without its lists, one at least
 * @param lists the lists by their name, which may be long
 */
export async function* jsonSlices(
  fields: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, Iterable<unknown>>>,
): AsyncGenerator<string, void> {
  let text = JSON.stringify(fields, undefined, 2).slice(0, -'\n}'.length);
  for (const [name, items] of Object.entries(lists)) {
    text += `,\n  ${JSON.stringify(name)}: [`;
    let separator = '';
    for (const item of items) {
      // In JSON a line feed is layout: those of texts are escaped.
      text += `${separator}\n    ${JSON.stringify(item, undefined, 2).replaceAll('\n', '\n    ')}`;
      separator = ',';
      if (text.length < SLICE) continue;
      yield text;
      await turn();
      text = '';
    }
    text += separator === '' ? ']' : '\n  ]';
  }
  yield `${text}\n}\n`;
}
