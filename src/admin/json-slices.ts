import { textSlices } from '../telemetry/text-slices.ts';

/**
 * An object as JSON for people, slice by slice; the event loop turns after each.
 *
 * @param fields the object without its lists, one at least
 * @param lists the lists by their name, which may be long
 */
export function jsonSlices(
  fields: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, Iterable<unknown>>>,
): AsyncGenerator<string, void> {
  return textSlices(jsonText(fields, lists));
}

function* jsonText(
  fields: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, Iterable<unknown>>>,
): Generator<string, void> {
  yield JSON.stringify(fields, undefined, 2).slice(0, -'\n}'.length);
  for (const [name, items] of Object.entries(lists)) {
    yield `,\n  ${JSON.stringify(name)}: [`;
    let separator = '';
    for (const item of items) {
      // In JSON a line feed is layout: those of texts are escaped.
      yield `${separator}\n    ${JSON.stringify(item, undefined, 2).replaceAll('\n', '\n    ')}`;
      separator = ',';
    }
    yield separator === '' ? ']' : '\n  ]';
  }
  yield '\n}\n';
}
