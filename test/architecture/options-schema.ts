import { OPTIONS } from '../../src/wiring/options/table.ts';

/**
 * docs/options.schema.json: the options of one item, or of the options annotation, as an object of names and values.
 */
export function optionsSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Options of a path',
    description:
      'The options of one item as an object: an option without a value is true, and an option that may be repeated has a list of its values.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(OPTIONS).map(([name, option]) => [name, propertyOf(option)]),
    ),
  };
}

function propertyOf({ kind, value, optional, repeatedBy, doc, example }: (typeof OPTIONS)[string]): object {
  const alone = { const: true };
  const text = { type: 'string', minLength: 1, description: value };
  const one = optional === true ? { anyOf: [alone, text] } : text;
  const many = { type: 'array', minItems: 1, items: text };
  const shape = value === '' ? alone : repeatedBy === undefined ? one : many;
  return {
    description: doc,
    'x-kind': kind,
    examples: [exampleOf(example, repeatedBy !== undefined)],
    ...shape,
  };
}

function exampleOf(example: string, isList: boolean): unknown {
  const [, value] = /^[a-z-]+="?([^"]*)"?$/.exec(example) ?? [];
  if (value === undefined) return true;
  return isList ? [value] : value;
}
