/** docs/check.md says what -o json says. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { jsonHere, workload } from './checking.ts';

const PAGE = await readFile(join(import.meta.dirname, '../../docs/check.md'), 'utf8');

/** First cells of the table behind a heading. */
function firstCells(heading: string): string[] {
  const section = PAGE.slice(PAGE.indexOf(`## ${heading}`));
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map((it) => it[1] ?? '');
}

test('every field of the document is explained, in its order', async () => {
  const files = { 'web.json': workload({ name: 'web', hosts: 'a.local', paths: '3000:/' }) };
  const { said } = await jsonHere({ files });
  assert.deepEqual(firstCells('The document of -o json'), Object.keys(said));
});

test('the example of a CI step is YAML, and its flags are known', async () => {
  const { parse } = await import('yaml');
  const [, example = ''] = /```yaml\n(# \.github[\s\S]*?)```/.exec(PAGE) ?? [];
  const { jobs } = parse(example) as {
    readonly jobs: { readonly check: { readonly steps: readonly { readonly run?: string }[] } };
  };
  const run = jobs.check.steps.at(-1)?.run ?? '';
  const [, args = ''] = /podway:[\d.]+ check (.*?) >/.exec(run) ?? [];
  const { readCheckArguments } = await import('../../src/cli/what-if/check-arguments.ts');
  const read = readCheckArguments(args.split(' '));
  assert.ok(typeof read === 'object' && !('problem' in read), JSON.stringify(read));
});
