/** The contents of an entry, and how many entries are kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runToEnd } from '../../src/boundary/run-to-end.ts';
import { History, type HistoryLimits } from '../../src/history/history.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';

class Remembering {
  readonly cluster = new Cluster();
  readonly history: History;

  constructor(limits: Partial<HistoryLimits> = {}) {
    this.history = new History({ entries: 100, bytes: 8 * 1024 * 1024, ...limits });
    this.cluster.inventory.pods({ type: 'init' });
    this.cluster.inventory.pods({ type: 'init-done' });
    this.cluster.inventory.secrets({ type: 'init' });
    this.cluster.inventory.secrets({ type: 'init-done' });
    this.publish();
  }

  publish(): void {
    const { inventory } = this.cluster;
    const delta = inventory.takeDelta();
    const rejections = inventory.takeRejections();
    const { causes, more } = inventory.causes;
    if (delta !== undefined) this.history.follow(delta);
    const { revision } = inventory;
    runToEnd(this.history.published({ revision, time: 0, causes, moreCauses: more, ...rejections }));
  }

  apply(...pods: ReturnType<typeof aPod>[]): void {
    for (const object of pods) this.cluster.inventory.pods({ type: 'apply', object });
    this.publish();
  }

  get last() {
    const [entry] = this.history.newest(1);
    assert.ok(entry !== undefined);
    return entry;
  }
}

const pod = (name: string, more: object = {}) =>
  aPod({ name, namespace: 'shop', hosts: 'a.local', paths: '80:/', ip: '10.0.0.1', ...more });

test('an entry for a pod that is created, changed and deleted', () => {
  const it = new Remembering();
  it.apply(pod('web'));
  assert.deepEqual(it.last.causes, [{ kind: 'Pod', namespace: 'shop', name: 'web', event: 'added' }]);
  assert.deepEqual(it.last.routes, { added: [{ host: 'a.local', path: '/' }], removed: [], more: 0 });
  assert.deepEqual(it.last.endpoints.added, [
    { namespace: 'shop', pod: 'web', port: 80, condition: 'ready' },
  ]);
  it.apply(pod('web', { ready: false }));
  assert.deepEqual(it.last.endpoints.changed, [
    { namespace: 'shop', pod: 'web', port: 80, condition: 'unready', was: 'ready' },
  ]);
  assert.deepEqual(it.last.routes, { added: [], removed: [], more: 0 });
  it.apply(pod('web', { ready: false, paths: '80:/ set-request="X-Secret: s3cret" timeout=5s' }));
  assert.equal(it.last.endpoints.changed.length, 1);
  assert.match(JSON.stringify(it.last), /timeout=5s/);
  assert.doesNotMatch(JSON.stringify(it.last), /s3cret/);
  it.cluster.inventory.pods({ type: 'delete', object: pod('web') });
  it.publish();
  assert.deepEqual(it.last.causes, [{ kind: 'Pod', namespace: 'shop', name: 'web', event: 'deleted' }]);
  assert.deepEqual(it.last.routes.removed, [{ host: 'a.local', path: '/' }]);
});

test('an entry reports that keys were added and removed, and never a key', () => {
  const it = new Remembering();
  it.apply(pod('web'));
  it.cluster.inventory.secrets({ type: 'apply', object: aSecret('shop', 's3cret') });
  it.publish();
  assert.deepEqual([it.last.keys, it.last.causes[0]?.kind], [{ shop: 'keyed' }, 'Secret']);
  assert.doesNotMatch(JSON.stringify(it.last), /s3cret|digest/);
});

test('a rejection that appears or disappears is an entry of the same revision', () => {
  const it = new Remembering();
  it.apply(pod('web'));
  const { revision } = it.last;
  it.apply(pod('web', { hosts: 'a.local bad_host' }));
  assert.equal(it.last.rejections.appeared[0]?.reason, 'host-malformed');
  assert.deepEqual([it.last.revision, it.last.routes.added.length], [revision, 0]);
  it.apply(pod('web'));
  assert.equal(it.last.rejections.gone[0]?.reason, 'host-malformed');
});

test('an entry of many changes has the first ten, and a count of the others', () => {
  const it = new Remembering();
  it.apply(...Array.from({ length: 25 }, (_, at) => pod(`web-${at}`, { hosts: `h${at}.local` })));
  const { causes, moreCauses, routes, endpoints } = it.last;
  assert.deepEqual(
    [causes.length, moreCauses, routes.added.length, routes.more, endpoints.added.length, endpoints.more],
    [10, 15, 10, 15, 10, 15],
  );
});

test('the oldest entries are dropped when there are too many (EX-06)', () => {
  const it = new Remembering({ entries: 3 });
  for (let at = 0; at < 10; at += 1) it.apply(pod('web', { ready: at % 2 === 0 }));
  const { newest = 0, oldest } = it.history.remembered ?? {};
  assert.deepEqual([it.history.newest(100).length, oldest], [3, newest - 2]);
});

test('the oldest entries are dropped when they need too much memory, even for one large entry (EX-06)', () => {
  const bytes = 64 * 1024;
  const it = new Remembering({ entries: 100_000, bytes });
  for (let at = 0; at < 500; at += 1) {
    it.apply(pod('web', { paths: `80:/ set-response="X-At: ${'x'.repeat(at)}"` }));
    assert.ok(it.history.bytes <= bytes, `${it.history.bytes}`);
  }
  assert.ok(it.history.newest(1_000).length > 1);
  // A change that is too large to be undone: the history drops the earlier entries, and continues.
  it.apply(...Array.from({ length: 2_000 }, (_, at) => pod(`n-${at}`, { hosts: `h${at}.local` })));
  assert.ok(it.history.bytes <= bytes);
  it.apply(pod('web', { ready: false }));
  assert.ok(it.history.tableAt(it.cluster.inventory.revision) !== undefined);
});

test('the history of a host has only the changes that concern it', () => {
  const it = new Remembering();
  it.apply(pod('web'), pod('other', { hosts: 'b.local' }));
  it.apply(pod('other', { hosts: 'b.local', ready: false }));
  it.apply(pod('web', { ready: false }));
  const { entries } = it.history.entriesFor(new Set(['a.local']), 10);
  assert.deepEqual(
    entries.map(({ routes, endpoints }) => [
      routes.added.map(({ host }) => host),
      [...endpoints.added, ...endpoints.changed].map((one) => one.pod),
    ]),
    [
      [[], ['web']],
      [['a.local'], ['web']],
    ],
  );
});
