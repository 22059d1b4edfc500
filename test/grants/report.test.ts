import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventObject } from '../../src/cluster/events/event-object.ts';
import type { EventWriter } from '../../src/cluster/events/event-writer.ts';
import { reportOverlaps } from '../../src/control/overlap-log.ts';
import type { Notice, Rejection } from '../../src/wiring/rejection.ts';
import { Cluster } from '../inventory/cluster.ts';
import { enforcing, listAll, podFor } from './grant-scene.ts';

function reporting(...pods: readonly ReturnType<typeof podFor>[]): Cluster {
  return new Cluster('segment', { overlaps: 'any' }).list(pods);
}

function overlaps(cluster: Cluster): string[] {
  return cluster.inventory
    .listing()
    .overlaps.map(({ host, namespaces, wildcard }) => [host, ...namespaces, wildcard ?? ''].join(' ').trim());
}

interface Reported {
  readonly lines: readonly unknown[];
  readonly events: readonly (Rejection | Notice)[];
}

function reported(cluster: Cluster): Reported {
  const [lines, events]: [unknown[], (Rejection | Notice)[]] = [[], []];
  const logger = { warn: (line: unknown) => lines.push(line) } as never;
  const writer = { report: (all: Notice[]) => events.push(...all) } as unknown as EventWriter;
  reportOverlaps(cluster.inventory.overlaps, { logger, events: writer });
  return { lines, events };
}

test('a host of two namespaces, with any paths, is routed as before and reported', () => {
  const cluster = reporting(podFor('a', 'example.com'), podFor('b', 'example.com/app'), podFor('c', 'c.org'));
  assert.deepEqual(overlaps(cluster), ['example.com a b']);
  assert.deepEqual(cluster.routes().length, 3);
});

test('a host below the wildcard of another namespace is reported', () => {
  const cluster = reporting(podFor('a', '*.example.com'), podFor('b', 'b.example.com'), podFor('a', 'c.org'));
  cluster.apply({ ...podFor('a', 'a.example.com'), name: 'a-1', uid: 'a-1' });
  assert.deepEqual(overlaps(cluster), []);
  cluster.apply({ ...podFor('a', '*.example.com'), name: 'a-2', uid: 'a-2' });
  assert.deepEqual(overlaps(cluster), ['b.example.com a b *.example.com']);
  cluster.delete({ ...podFor('a', '*.example.com'), name: 'a-2', uid: 'a-2' });
  assert.deepEqual(overlaps(cluster), []);
});

test('every namespace with a claim gets one Event, which names no other namespace', () => {
  const cluster = reporting(podFor('team-a', 'example.com'));
  assert.deepEqual(reported(cluster), { lines: [], events: [] });
  cluster.apply(podFor('team-b', 'example.com/app'));
  const { lines, events } = reported(cluster);
  assert.deepEqual(lines, [
    { host: 'example.com', namespace: 'team-a', pod: 'team-a-0' },
    { host: 'example.com', namespace: 'team-b', pod: 'team-b-0' },
  ]);
  assert.deepEqual(
    events.map((it) => {
      const { metadata, message, reason } = eventObject(it, new Date(0));
      return [metadata.namespace, reason, message];
    }),
    ['team-a', 'team-b'].map((namespace) => [
      namespace,
      'HostConflict',
      'example.com: pods of another namespace declare it, too; with HOST_GRANTS=enforce podway routes the host only to namespaces that hold it (docs/tenancy.md)',
    ]),
  );
  cluster.apply({ ...podFor('team-b', 'example.com/app'), ready: false });
  assert.deepEqual(reported(cluster).lines, []);
  cluster.apply(podFor('team-c', 'example.com'));
  assert.deepEqual(reported(cluster).lines, [{ host: 'example.com', namespace: 'team-c', pod: 'team-c-0' }]);
});

test('with grants, hosts that are shared on purpose are listed and not reported (HG-07)', () => {
  const cluster = listAll(enforcing(), { a: 'example.com', b: 'example.com example.com/b' }, [
    podFor('a', 'example.com'),
    podFor('b', 'example.com', 'example.com/b'),
  ]);
  assert.deepEqual(overlaps(cluster), ['example.com a b']);
  assert.deepEqual(reported(cluster), { lines: [], events: [] });
});
