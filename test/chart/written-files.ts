import { readFileSync } from 'node:fs';
import { CONFIG_VALUES } from './config-values.ts';
import { valuesTable } from './values-table.ts';

export const CHART = new URL('../../charts/podway/', import.meta.url);

/** The generated parts of the chart's files, as they should be now: file name to text. */
export function writtenFiles(): ReadonlyMap<string, string> {
  const values = withConfig(read('values.yaml'));
  return new Map([
    ['values.yaml', values],
    ['values.schema.json', withConfigSchema(read('values.schema.json'))],
    ['README.md', withTable(read('README.md'), valuesTable(values))],
  ]);
}

export function read(name: string): string {
  return readFileSync(new URL(name, CHART), 'utf8');
}

/** The block `config:`, from the settings' table. */
function withConfig(values: string): string {
  const lines = CONFIG_VALUES.flatMap(({ key, value, doc }) => [`  # -- ${doc}`, `  ${key}: ${value}`]);
  const block = ['config:', ...lines, '', ''].join('\n');
  const found = /^config:.*\n(?:(?: +.*)?\n)*/m;
  if (!found.test(values)) throw new Error('values.yaml has no block "config:"');
  return values.replace(found, () => block);
}

function withConfigSchema(text: string): string {
  const schema = JSON.parse(text) as { properties: { config: object } };
  schema.properties.config = {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(CONFIG_VALUES.map(({ key, schema }) => [key, schema])),
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function withTable(readme: string, table: string): string {
  const [before = '', rest = ''] = readme.split(/(?<=<!-- values -->\n)/);
  const after = rest.indexOf('<!-- end of values -->');
  if (after < 0) throw new Error('README.md does not say where the table of values begins and ends');
  return `${before}\n${table}\n${rest.slice(after)}`;
}
