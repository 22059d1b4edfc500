import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/config/table.ts';

const ROOT = new URL('../../', import.meta.url);
const DOCUMENTS = [
  'docs/operations.md',
  'docs/migrating.md',
  'docs/alerts.md',
  'charts/podway/README.md',
  'charts/podway/CHANGELOG.md',
];
const VALUES = parse(readFileSync(new URL('charts/podway/values.yaml', ROOT), 'utf8')) as object;

function linesOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] ?? '');
}

/** Whether the chart has a value at this path. */
function isValue(path: string): boolean {
  let at: unknown = VALUES;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return true;
}

for (const document of DOCUMENTS) {
  const url = new URL(document, ROOT);
  const text = readFileSync(url, 'utf8');

  test(`${document} links only to targets that exist`, () => {
    const links = linesOf(text, /\]\((?!https?:|#)([^)#]+)/g);
    assert.deepEqual(
      links.filter((link) => !existsSync(fileURLToPath(new URL(link, url)))),
      [],
    );
  });

  test(`${document} names only values of the chart that exist`, () => {
    const sections = Object.keys(VALUES).join('|');
    const named = linesOf(text, new RegExp(`\`((?:${sections})\\.[\\w.]+)`, 'g'));
    assert.deepEqual(
      named.filter((path) => !isValue(path)),
      [],
    );
  });
}

for (const page of ['docs/operations.md', 'docs/migrating.md'])
  test(`${page} names only settings that exist, and two that k8s-router had`, () => {
    const known = new Set([...Object.values(SETTINGS).map(({ name }) => name), 'POD_NAME', 'POD_NAMESPACE']);
    const text = readFileSync(new URL(page, ROOT), 'utf8');
    const named = linesOf(text, /`([A-Z]{2,}(?:_[A-Z]+)+|PORT|MANIFESTS|WORKERS)`/g);
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

test('every alert has its own chapter, and its runbook link leads there', () => {
  const rules = readFileSync(new URL('charts/podway/prometheus/alerts.yaml', ROOT), 'utf8');
  const text = readFileSync(new URL('docs/alerts.md', ROOT), 'utf8');
  assert.deepEqual(linesOf(text, /^## (Podway\w+)$/gm), linesOf(rules, /- alert: (\w+)/g));
});

interface ChartFile {
  readonly version: string;
  readonly appVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const FILE = parse(readFileSync(new URL('charts/podway/Chart.yaml', ROOT), 'utf8')) as ChartFile;

test("the chart installs this program's version", () => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string };
  assert.equal(FILE.appVersion, version);
});

test('the annotations have the format of Artifact Hub, and the changelog has the same changes', () => {
  const { annotations } = FILE;
  const known = ['category', 'license', 'prerelease', 'operator', 'containsSecurityUpdates', 'changes'];
  for (const name of Object.keys(annotations))
    assert.ok(
      known.some((it) => name === `artifacthub.io/${it}`),
      name,
    );
  const changes = parse(annotations['artifacthub.io/changes'] ?? '') as {
    kind: string;
    description: string;
  }[];
  const log = readFileSync(new URL('charts/podway/CHANGELOG.md', ROOT), 'utf8').split(/^## /m)[1] ?? '';
  assert.match(log, new RegExp(`^(Unreleased|${FILE.version.replaceAll('.', '\\.')})\n`));
  assert.ok(changes.length > 0);
  for (const { kind, description } of changes) {
    assert.ok(['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'].includes(kind), kind);
    assert.ok(log.includes(description), description);
  }
});
