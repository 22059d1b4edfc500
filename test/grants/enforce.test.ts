import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableProblems } from '../../src/operator/dashboard/table-problems.ts';
import { Verdicts } from '../../src/operator/dashboard/verdicts.ts';
import { aPod } from '../wiring/objects.ts';
import { listed } from '../inventory/cluster.ts';
import {
  aNamespace,
  type Annotations,
  enforcing,
  listAll,
  namespaces,
  podFor,
  refused,
  routed,
} from './grant-scene.ts';

interface Row {
  readonly title: string;
  readonly held: Annotations;
  /** The routes that a pod of each namespace declares. */
  readonly asked: Readonly<Record<string, readonly string[]>>;
  readonly routes: readonly string[];
  /** The rejected routes: `NAMESPACE HOST/PATH`. */
  readonly refused?: readonly string[];
  readonly pathMatch?: 'segment' | 'prefix';
}

const ROWS: readonly Row[] = [
  {
    title: 'a host that is granted to no namespace is rejected',
    held: { a: 'a.example.com' },
    asked: { a: ['other.org'], b: ['b.example.com'] },
    routes: [],
    refused: ['a other.org/', 'b b.example.com/'],
  },
  {
    title: 'a host is routed for its holder, and for no other namespace',
    held: { a: 'a.example.com' },
    asked: { a: ['a.example.com'], b: ['a.example.com', 'a.example.com/admin'] },
    routes: ['a.example.com/ a'],
    refused: ['b a.example.com/ and 1 more path'],
  },
  {
    title:
      'a host that is granted exactly does not belong to a wildcard, even when its holder has no pods (HG-02)',
    held: { a: '*.example.com', b: 'b.example.com' },
    asked: { a: ['*.example.com', 'b.example.com'] },
    routes: ['*.example.com/ a', 'b.example.com/'],
    refused: ['a b.example.com/'],
  },
  {
    title: 'a wildcard below another wildcard is separate from it, too (HG-02)',
    held: { a: '*.example.com', b: '*.b.example.com' },
    asked: { a: ['*.example.com', 'x.b.example.com', 'x.example.com'] },
    routes: ['*.b.example.com/', '*.example.com/ a', 'x.example.com/ a'],
    refused: ['a x.b.example.com/'],
  },
  {
    title: 'a granted path does not belong to a shorter one (HG-03)',
    held: { a: 'example.com/app', b: 'example.com' },
    asked: {
      a: ['example.com/app/x', 'example.com/', 'example.com/apple'],
      b: ['example.com/', 'example.com/app/admin'],
    },
    routes: ['example.com/ b', 'example.com/app', 'example.com/app/x a'],
    refused: ['a example.com/ and 1 more path', 'b example.com/app/admin'],
  },
  {
    title: 'with PATH_MATCH=prefix a grant covers what a route of its path would match (HG-03)',
    held: { a: 'example.com/app', b: 'example.com' },
    asked: { a: ['example.com/apple'], b: ['example.com/apple', 'example.com/ap'] },
    routes: ['example.com/ap b', 'example.com/app', 'example.com/apple a'],
    refused: ['b example.com/apple'],
    pathMatch: 'prefix',
  },
  {
    title: 'a namespace that declares only /app/ keeps the redirect from /app',
    held: { a: 'example.com/app', b: 'example.com' },
    asked: { a: ['example.com/app/'], b: ['example.com/'] },
    routes: ['example.com/ b', 'example.com/app', 'example.com/app/ a'],
  },
  {
    title: 'a namespace has to hold both readings of a path',
    held: { a: 'example.com', b: 'example.com/app/admin' },
    asked: { a: ['example.com/app%2Fadmin', 'example.com/app;v'] },
    routes: ['example.com/app/admin', 'example.com/app;v a'],
    refused: ['a example.com/app%2Fadmin'],
  },
  {
    title: 'a host below a wildcard is rejected where another namespace holds a part of the wildcard',
    held: { a: '*.example.com', b: '*.example.com/app' },
    asked: { a: ['x.example.com', '*.example.com'], b: ['*.example.com/app', 'y.example.com/app'] },
    routes: ['*.example.com/ a', '*.example.com/app b'],
    refused: ['a x.example.com/', 'b y.example.com/app'],
  },
  {
    title: 'the same grant in two namespaces is shared (HG-07)',
    held: { a: 'example.com', b: 'example.com' },
    asked: { a: ['example.com'], b: ['example.com'] },
    routes: ['example.com/ a b'],
  },
  {
    title: 'there is no fence where one namespace holds all hosts',
    held: { a: '*.example.com a.example.com example.com/app example.com' },
    asked: { a: ['*.example.com', 'example.com'] },
    routes: ['*.example.com/ a', 'example.com/ a'],
  },
];

for (const row of ROWS) {
  test(row.title, () => {
    const pods = Object.entries(row.asked).map(([namespace, items]) => podFor(namespace, ...items));
    const cluster = listAll(enforcing({ pathMatch: row.pathMatch ?? 'segment' }), row.held, pods);
    assert.deepEqual(routed(cluster), row.routes);
    const rejections = (row.refused ?? []).map((it) => `Pod ${it.replace(' ', ' host-not-granted ')}`);
    assert.deepEqual(refused(cluster), rejections);
  });
}

test('podway routes and rejects no route before Namespaces have been listed', () => {
  const cluster = enforcing().list([podFor('a', 'a.example.com')]);
  assert.equal(cluster.table.synced, false);
  assert.deepEqual([routed(cluster), refused(cluster)], [[], []]);
  for (const event of listed([aNamespace('a', 'a.example.com')])) cluster.inventory.namespaces(event);
  cluster.publish();
  assert.equal(cluster.table.synced, true);
  assert.deepEqual([routed(cluster), refused(cluster)], [['a.example.com/ a'], []]);
});

test('the grants of the last list count while a new list is read', () => {
  const cluster = listAll(enforcing(), { a: 'a.example.com' }, [podFor('a', 'a.example.com')]);
  cluster.inventory.namespaces({ type: 'init' });
  cluster.publish();
  assert.deepEqual(routed(cluster), ['a.example.com/ a']);
});

test('a grant that is added, moved and removed takes effect (HG-01)', () => {
  const pods = [podFor('a', 'a.example.com'), podFor('b', 'a.example.com')];
  const cluster = listAll(enforcing(), { a: '', b: '' }, pods);
  assert.equal(refused(cluster).length, 2);
  namespaces(cluster, aNamespace('a', 'a.example.com'));
  assert.deepEqual([routed(cluster), refused(cluster).length], [['a.example.com/ a'], 1]);
  namespaces(cluster, aNamespace('a'), aNamespace('b', '*.example.com'));
  assert.deepEqual([routed(cluster), refused(cluster).length], [['a.example.com/ b'], 1]);
  namespaces(cluster, aNamespace('b'));
  assert.deepEqual([routed(cluster), refused(cluster).length], [[], 2]);
});

test('a Namespace that is created again has its own grants only (HG-05)', () => {
  const cluster = listAll(enforcing(), { a: 'a.example.com' }, [podFor('a', 'a.example.com')]);
  namespaces(cluster, aNamespace('a', 'a.example.com'), 'deleted');
  assert.deepEqual(routed(cluster), []);
  namespaces(cluster, aNamespace('a', 'b.example.com', 'second'));
  assert.deepEqual(routed(cluster), []);
  assert.deepEqual(cluster.inventory.listing().grants, [
    { host: 'b.example.com', path: '/', namespaces: ['a'] },
  ]);
});

test('malformed grants grant nothing, and the others count (HG-06)', () => {
  const text =
    '* *.com a.example.com. b.example.com:80 c.example.com/a//b d_d.example.com e.example.com/%61/../b';
  const cluster = listAll(enforcing(), { a: text }, []);
  assert.deepEqual(refused(cluster), [
    'Namespace a host-malformed *',
    'Namespace a host-trailing-dot a.example.com.',
    'Namespace a host-has-port b.example.com:80',
    'Namespace a path-empty-segment c.example.com/a//b',
    'Namespace a host-malformed d_d.example.com',
    'Namespace a path-dot-segment e.example.com/%61/../b',
  ]);
  assert.deepEqual(cluster.inventory.listing().grants, [{ host: '*.com', path: '/', namespaces: ['a'] }]);
});

test('of more grants than a Namespace may have, only the first ones count (HG-06)', () => {
  const text = Array.from({ length: 1_001 }, (_, at) => `h${at}.example.com`).join(' ');
  const cluster = listAll(enforcing(), { a: text }, []);
  assert.deepEqual(refused(cluster), ['Namespace a too-many-grants 1001 grants']);
  assert.equal(cluster.inventory.listing().grants?.length, 1_000);
});

test('the template grants every namespace its names, and explicit grants take precedence', () => {
  const template = ['{namespace}.example.com', '*.{namespace}.example.com'];
  const pods = [podFor('a', 'a.example.com', 'x.a.example.com'), podFor('www', 'www.example.com')];
  const cluster = listAll(enforcing({ template }), { a: '', platform: 'www.example.com', www: '' }, pods);
  assert.deepEqual(routed(cluster), ['a.example.com/ a', 'x.a.example.com/ a']);
  assert.deepEqual(refused(cluster), ['Pod www host-not-granted www.example.com/']);
});

test('where Namespaces are not read, the list and the template count immediately', () => {
  const list = [{ namespace: 'a', host: 'a.example.org', path: '/' }] as never;
  const cluster = enforcing({ list, template: ['{namespace}.example.com'], followsNamespaces: false });
  cluster.list([podFor('a', 'a.example.org', 'a.example.com', 'b.example.com')]);
  assert.deepEqual(routed(cluster), ['a.example.com/ a', 'a.example.org/ a']);
  assert.deepEqual(refused(cluster), ['Pod a host-not-granted b.example.com/']);
});

test('a request that meets no condition falls through only to routes of the namespace', () => {
  const cluster = listAll(enforcing(), { a: 'example.com', b: 'example.com/app' }, [
    podFor('a', 'example.com'),
    aPod({ namespace: 'b', hosts: undefined, paths: '3000:example.com/app if-method=POST' }),
  ]);
  const fences = [...cluster.table.routes()].filter(({ isFence }) => isFence).map(({ path }) => path);
  assert.deepEqual(fences, ['/app']);
});

test('a pod whose declared routes do not change is not evaluated again', () => {
  const cluster = listAll(enforcing(), { a: 'a.example.com', b: '' }, [podFor('a', 'a.example.com')]);
  assert.equal(cluster.apply({ ...podFor('a', 'a.example.com'), ready: false }), true);
  namespaces(cluster, aNamespace('b', 'b.example.com'));
  assert.deepEqual(routed(cluster), ['a.example.com/ a']);
});

test('the dashboard does not report a host that a namespace without pods holds as a problem', () => {
  const cluster = listAll(enforcing(), { a: '*.example.com', b: 'b.example.com' }, [
    podFor('a', '*.example.com'),
  ]);
  const { routes, unready } = tableProblems(cluster.inventory, new Verdicts(cluster.inventory.keys));
  assert.deepEqual([routes, unready.total], [2, 0]);
});
