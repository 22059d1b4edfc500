import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { typeErrors } from '../fixtures/type-check.ts';
import { colourOf, type Panel, readDashboard } from './dashboard.ts';

const IMPORTS = { TypedDashboard: 'test/prometheus/grafana.ts' };

test("Grafana's own types accept the dashboard", async () => {
  const value = readDashboard();
  assert.deepEqual(await typeErrors([{ name: 'podway.json', value, type: 'TypedDashboard' }], IMPORTS), []);
});

test('a field that Grafana does not know, or that is missing, is reported', async () => {
  const dashboard = readDashboard();
  const [first, ...others] = dashboard.panels;
  const wrong = [
    { ...dashboard, refreshh: '30s' },
    { ...dashboard, panels: [{ ...first, type: 'timeserie' }, ...others] },
    { ...dashboard, panels: dashboard.panels.map((panel) => ({ ...panel, options: {} })) },
  ];
  const claims = wrong.map((value, index) => ({ name: `wrong ${index}`, value, type: 'TypedDashboard' }));
  const errors = await typeErrors(claims, IMPORTS);
  for (const { name } of claims)
    assert.ok(
      errors.some((error) => error.startsWith(name)),
      name,
    );
});

test('every panel has its own id and place, and every query has a letter', () => {
  const { panels } = readDashboard();
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  for (const { title, targets = [] } of panels) {
    assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
  }
  for (const [index, { title, gridPos: a }] of panels.entries()) {
    assert.ok(a.x + a.w <= 24, title);
    for (const { title: other, gridPos: b } of panels.slice(index + 1)) {
      const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
      assert.ok(apart, `${title} lies on ${other}`);
    }
  }
});

test('a panel of rates has a unit per second, and a panel of amounts has another unit', () => {
  const rates = new Set(['reqps', 'ops', 'Bps']);
  for (const { title, fieldConfig, targets = [] } of readDashboard().panels) {
    const unit = fieldConfig?.defaults.unit;
    if (unit === undefined || targets.length === 0) continue;
    const kinds = new Set(
      targets
        .filter(({ legendFormat }) => !legendFormat.endsWith(' per second'))
        .map(({ expr }) => isRate(expr)),
    );
    assert.ok(kinds.size === 1, `${title} mixes rates and amounts`);
    assert.equal(kinds.has(true), rates.has(unit), `${title}: ${unit}`);
  }
});

/** A rate that is not divided by another one, and is not of seconds. */
function isRate(expr: string): boolean {
  return /\brate\(/.test(expr) && !expr.includes(' / ') && !/histogram_quantile|_seconds_total/.test(expr);
}

/** The anchors that GitHub makes of a page's headings. */
function anchors(name: string): ReadonlySet<string> {
  const page = readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  return new Set(headings.map((it) => it.replaceAll(/[^\w -]/g, '').replaceAll(' ', '-')));
}

function panelsOfData(): readonly Panel[] {
  return readDashboard().panels.filter(({ type }) => type !== 'row');
}

test('every panel has a description, and links to pages and chapters that exist', () => {
  for (const { title, description, links = [] } of panelsOfData()) {
    assert.ok((description ?? '').length > 20, title);
    assert.ok(links.length > 0, title);
    for (const { url } of links) {
      const [, page = '', anchor] =
        /^\$\{runbooks:raw\}\/([\w-]+\.md)(?:#(.+))?$/.exec(url) ?? assert.fail(url);
      const known = anchors(page);
      assert.ok(anchor === undefined || known.has(anchor), `${title}: ${url}`);
    }
  }
  assert.deepEqual(
    readDashboard().links.map(({ url }) => url),
    ['${runbooks:raw}/README.md'],
  );
});

test('the links begin with the folder of the documents', () => {
  const { list } = readDashboard().templating;
  assert.equal(list.find(({ name }) => name === 'runbooks')?.query, 'docs');
});

test('colours have a meaning: red for errors, orange for refusals, green for success', () => {
  const panels = panelsOfData();
  const panel = (start: string) => panels.find(({ title }) => title.startsWith(start)) ?? assert.fail(start);
  const shown = [
    ['Requests by status', '502', '404', '200'],
    ['4xx and 5xx', '500 shop', '403 shop'],
    ['Refused before', 'overload-lag', 'no-route'],
    ['Why requests', 'connect-refused', 'key-refused'],
    ['Failed attempts', 'shop/web-0 connect-timeout'],
    ['Services of auth=: results', 'sso timeout', 'sso refused', 'sso passed'],
    ['Table', 'node-silent endpoints', 'unready endpoints', 'ready endpoints'],
    ['Events to', 'failed', 'dropped', 'written'],
    ['Watch', 'unreachable per second', undefined, 'pods followed by all'],
  ] as const;
  for (const [start, ...names] of shown)
    for (const [at, name] of names.entries())
      if (name !== undefined)
        assert.equal(
          colourOf(panel(start), name).fixedColor,
          ['red', 'orange', 'green'][at],
          `${start}: ${name}`,
        );
});

test('every metric of an alert is on a panel', () => {
  const rules = readFileSync(new URL('../../charts/podway/prometheus/alerts.yaml', import.meta.url), 'utf8');
  const shown = new Set(JSON.stringify(readDashboard()).match(/\bpodway_\w+/g));
  const looked = [...new Set(rules.match(/\bpodway_\w+/g))];
  assert.ok(looked.length > 8);
  assert.deepEqual(
    looked.filter((name) => !shown.has(name)),
    [],
  );
});
