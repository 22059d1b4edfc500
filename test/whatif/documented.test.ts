/** docs/check.md describes the document of -o json. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../fixtures/certificates.ts';
import { secretManifest } from '../fixtures/manifest.ts';
import { jsonHere, workload } from './checking.ts';
import { clusterOf, deployed } from './live-cluster.ts';

const PAGE = await readFile(join(import.meta.dirname, '../../docs/check.md'), 'utf8');

/** The first cells of the table after a heading. */
function firstCells(heading: string): string[] {
  const section = PAGE.slice(PAGE.indexOf(`## ${heading}`));
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map((it) => it[1] ?? '');
}

test('docs/check.md explains every field of the document, in its order', async () => {
  const files = { 'web.json': workload({ name: 'web', hosts: 'a.local', paths: '3000:/' }) };
  const { document } = await jsonHere({ files });
  assert.deepEqual(firstCells('The document of -o json'), Object.keys(document));
});

/** Names of fields, with nested ones; keys that are kinds are skipped. */
function fieldsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(fieldsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, it]) =>
    name === 'passedOver' ? [name] : [name, ...fieldsOf(it)],
  );
}

test('docs/check.md names every nested field, too', async () => {
  const { certificate, key } = await makeCertificate({ names: ['a.local'] });
  await using api = await clusterOf([
    ...deployed('web', 1, { hosts: 'a.local', paths: '3000:/ 3000:/old 3000:/moved' }),
    ...deployed('other', 1, { namespace: 'other', hosts: 'a.local', paths: '3000:/' }),
  ]);
  const metadata = { name: 'routing-tls', namespace: 'shop' };
  const files = {
    'web.json': workload({ name: 'web', hosts: 'a.local', paths: '3000:/ timeout=5s 3000:/new 3000:bad' }),
    'more.json': workload({ name: 'more', hosts: 'a.local', paths: '3000:/moved' }),
    'bad.json': { kind: 'Pod' },
    'key.json': secretManifest('shop', { 'api-key': 'a' }),
    'tls.json': {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata,
      stringData: { 'tls.crt': certificate, 'tls.key': key },
    },
  };
  const { document } = await jsonHere({ api, files, env: { TLS_PORT: '8443' } });
  const kinds = ['certificate', 'keys', 'lost', 'options', 'won', 'workloads'];
  assert.deepEqual([...new Set(document.changes.map(({ change }) => change))].sort(), kinds);
  const section = PAGE.slice(PAGE.indexOf('## The document of -o json'));
  for (const name of new Set(fieldsOf(document))) assert.ok(section.includes(`\`${name}\``), name);
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
