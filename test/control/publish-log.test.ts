import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { delta as emptyDelta, recordsOf } from '../fixtures/table-delta.ts';
import { PublishLog } from '../../src/control/publish-log.ts';
import type { ChangedRoutes } from '../../src/telemetry/route-metrics.ts';

const ENDPOINT = {
  uid: 'u',
  namespace: 'shop',
  pod: 'web',
  address: '10.0.0.1',
  port: 80,
  condition: 'ready',
} as const;
const lines: string[] = [];
const logger = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });

beforeEach(() => lines.splice(0));

function written(): unknown[] {
  return lines.splice(0).map((line): unknown => {
    const fields = Object.entries(JSON.parse(line) as object);
    return Object.fromEntries(fields.filter(([name]) => name !== 'level'));
  });
}

const delta = (revision: number, more: { removed?: number; keysRemoved?: readonly string[] } = {}) =>
  emptyDelta({
    revision,
    ...recordsOf([{ host: 'h', path: '/', endpoints: [ENDPOINT] }]),
    removed: Array.from({ length: more.removed ?? 0 }, () => ({ host: 'gone', path: '/' })),
    keysRemoved: more.keysRemoved ?? [],
  });

const line = (revision: number, deltas: number, removed = 0, keysRemoved = 0) => ({
  revision,
  deltas,
  endpoints: deltas,
  routes: deltas,
  removed,
  keys: 0,
  keysUnknown: 0,
  keysRemoved,
  msg: 'published',
});

const changes = (added: readonly string[], gone: readonly string[], more = 0): ChangedRoutes => ({
  added: { names: added, count: added.length + more },
  gone: { names: gone, count: gone.length },
});
const NOTHING = changes([], []);

test('the first change is reported immediately, a thousand later ones in one line a second', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const log = new PublishLog(logger);
  log.report(delta(1), NOTHING);
  assert.deepEqual(written(), [line(1, 1)]);
  for (let revision = 2; revision <= 1_001; revision += 1)
    log.report(delta(revision, { removed: 1 }), NOTHING);
  assert.deepEqual(written(), []);
  t.mock.timers.tick(1_000);
  assert.deepEqual(written(), [line(1_001, 1_000, 1_000)]);
  t.mock.timers.tick(60_000);
  assert.deepEqual(written(), []);
  log.report(delta(1_002), NOTHING);
  assert.deepEqual(written(), [line(1_002, 1)]);
});

test('added and removed hosts and paths are named, at most ten of a kind', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const log = new PublishLog(logger);
  log.report(delta(1), changes(['a.local/', 'b.local/x'], []));
  assert.deepEqual(written(), [{ ...line(1, 1), added: ['a.local/', 'b.local/x'] }]);
  for (let revision = 2; revision <= 13; revision += 1)
    log.report(delta(revision), changes([`h${revision}.local/`], ['a.local/'].slice(revision - 2), 3));
  t.mock.timers.tick(1_000);
  const added = Array.from({ length: 10 }, (_, n) => `h${n + 2}.local/`);
  assert.deepEqual(written(), [{ ...line(13, 12), added, gone: ['a.local/'], more: 2 + 12 * 3 }]);
});

test('hosts whose certificates change are counted', () => {
  const log = new PublishLog(logger);
  const hostCertificates = ['a.x', 'b.x'].map((host) => ({ host, certificates: ['id'] }));
  log.report(emptyDelta({ revision: 1, hostCertificates, hostCertificatesGone: ['c.x'] }), changes([], []));
  assert.deepEqual(written(), [{ ...line(1, 1), endpoints: 0, routes: 0, certificates: 3 }]);
});
