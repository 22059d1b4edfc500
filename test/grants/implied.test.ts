import assert from 'node:assert/strict';
import { test } from 'node:test';
import { impliedGrants, type OwnedRoute } from '../../src/grants/implied-grants.ts';
import { grantsOfTemplate, readGrants } from '../../src/grants/grant.ts';

interface Row {
  readonly title: string;
  /** `HOST/PATH NAMESPACE NAMESPACE`. */
  readonly routes: readonly string[];
  readonly written?: Readonly<Record<string, string>>;
  readonly template?: readonly string[];
  readonly missing: Readonly<Record<string, string>>;
  readonly contested?: readonly string[];
  readonly refused?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    title: 'a host of one namespace is granted as a whole',
    routes: ['a.org/ a', 'a.org/x a', 'b.org/app a'],
    missing: { a: 'a.org b.org' },
  },
  {
    title: 'a host of several namespaces is granted path by path',
    routes: ['a.org/ a', 'a.org/b b', 'a.org/b/a a', 'a.org/c/ b', 'a.org/d a'],
    missing: { a: 'a.org a.org/b/a', b: 'a.org/b a.org/c' },
    contested: ['a.org'],
  },
  {
    title: 'a route of two namespaces is shared',
    routes: ['a.org/ a b'],
    missing: { a: 'a.org', b: 'a.org' },
    contested: ['a.org'],
  },
  {
    title: 'a host that a granted wildcard covers is not printed',
    routes: ['*.org/ a', 'a.org/ a', 'b.org/ b', 'x.c.org/ a', '*.c.org/ a'],
    missing: { a: '*.org', b: 'b.org' },
  },
  {
    title: 'existing grants are not printed',
    routes: ['a.org/ a', 'x.a.org/ a', 'b.org/ b', 'other.org/ b'],
    written: { a: 'a.org *.a.org', b: '' },
    template: ['{namespace}.org'],
    missing: { b: 'other.org' },
  },
  {
    title: 'the default holder of a host is printed where another namespace shall hold it, too',
    routes: ['b.org/ b c'],
    template: ['{namespace}.org'],
    missing: { b: 'b.org', c: 'b.org' },
    contested: ['b.org'],
  },
  {
    title: 'a path whose other reading is on a host of another namespace cannot be granted',
    routes: ['a.org/ a', 'a.org/x;v b'],
    missing: { a: 'a.org' },
    contested: [],
    refused: ['a.org/x;v'],
  },
];

function routeOf(text: string): OwnedRoute {
  const [name = '', ...namespaces] = text.split(' ');
  const slash = name.indexOf('/');
  return { host: name.slice(0, slash), path: name.slice(slash), namespaces };
}

for (const { title, routes, written = {}, template = [], missing, contested = [], refused = [] } of ROWS) {
  test(title, () => {
    const found = impliedGrants(routes.map(routeOf), {
      pathMatch: 'segment',
      written: new Map(Object.entries(written).map(([name, text]) => [name, readGrants(text).grants])),
      byDefault: (namespace) => grantsOfTemplate(template, namespace),
    });
    const printed = Object.fromEntries([...found.missing].map(([name, items]) => [name, items.join(' ')]));
    assert.deepEqual(printed, missing);
    assert.deepEqual(
      found.contested.map(({ host }) => host),
      contested,
    );
    assert.deepEqual(
      found.refused.map(({ host, path }) => host + path),
      refused,
    );
  });
}
