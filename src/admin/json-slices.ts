import { textSlices } from '../telemetry/text-slices.ts';

/**
 * An object as indented JSON text, in slices; the event loop turns after each slice.
 *
 * @param fields the fields that are not lists, at least one
 * @param lists the lists by field name; they may be long
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
      // JSON escapes line feeds in strings, so every line feed here is layout.
      yield `${separator}\n    ${JSON.stringify(item, undefined, 2).replaceAll('\n', '\n    ')}`;
      separator = ',';
    }
    yield separator === '' ? ']' : '\n  ]';
  }
  yield '\n}\n';
}
