import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS } from '../../src/config/table.ts';
import { CONFIG_VALUES, NOT_IN_A_CLUSTER } from './config-values.ts';
import { valuesTable } from './values-table.ts';
import { read, writtenFiles } from './written-files.ts';

/** The formatter breaks lines of JSON in its own way. */
function plain(name: string, text: string): string {
  return name.endsWith('.json') ? JSON.stringify(JSON.parse(text)) : text;
}

for (const [name, text] of writtenFiles()) {
  test(`charts/podway/${name} is as the settings and values generate it`, () => {
    assert.ok(plain(name, read(name)) === plain(name, text), 'run: npm run chart');
  });
}

test('every setting for a cluster is a value of the chart, with a name of its own', () => {
  const variables = Object.values(SETTINGS)
    .map(({ name }) => name)
    .filter((name) => !NOT_IN_A_CLUSTER.has(name));
  assert.deepEqual(
    CONFIG_VALUES.map(({ variable }) => variable),
    variables,
  );
  assert.equal(new Set(CONFIG_VALUES.map(({ key }) => key)).size, variables.length);
});

test('the setting accepts the default of the chart', () => {
  for (const { name, grammar } of Object.values(SETTINGS)) {
    const { value } = CONFIG_VALUES.find(({ variable }) => variable === name) ?? {};
    if (value != null) assert.ok(grammar.schema.safeParse(String(value)).success, `${name}=${value}`);
  }
});

test('a value without a comment is an error', () => {
  assert.throws(() => valuesTable('# -- Known\na: 1\nb: 2\n'), /b has no/);
  assert.throws(() => valuesTable('a:\n  # -- Known\n  b: 1\n  c: 2\n'), /a\.c has no/);
  assert.match(
    valuesTable('a:\n  # -- One | two\n  # more\n  b: []\n'),
    /\| `a\.b` \| `\[\]` \| One \\\| two more \|/,
  );
});
