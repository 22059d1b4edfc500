import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { pino } from 'pino';
import { delta as emptyDelta, tellsOf } from '../rig/table-delta.ts';
import { PublishLog } from '../../src/control/publish-log.ts';

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

function told(): unknown[] {
  return lines.splice(0).map((line): unknown => {
    const fields = Object.entries(JSON.parse(line) as object);
    return Object.fromEntries(fields.filter(([name]) => name !== 'level'));
  });
}

const delta = (revision: number, more: { removed?: number; keysRemoved?: readonly string[] } = {}) =>
  emptyDelta({
    revision,
    ...tellsOf([{ host: 'h', path: '/', endpoints: [ENDPOINT] }]),
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
  keysRemoved,
  msg: 'published',
});

test('the first change is told at once, a thousand after it in one line a second', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const log = new PublishLog(logger);
  log.tell(delta(1));
  assert.deepEqual(told(), [line(1, 1)]);
  for (let revision = 2; revision <= 1_001; revision += 1) log.tell(delta(revision, { removed: 1 }));
  assert.deepEqual(told(), []);
  t.mock.timers.tick(1_000);
  assert.deepEqual(told(), [line(1_001, 1_000, 1_000)]);
  t.mock.timers.tick(60_000);
  assert.deepEqual(told(), []);
  log.tell(delta(1_002));
  assert.deepEqual(told(), [line(1_002, 1)]);
});

test('a namespace that opens is told at once, whatever the pace', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const log = new PublishLog(logger);
  log.tell(delta(1));
  told();
  log.tell(delta(2, { keysRemoved: ['shop'] }));
  assert.deepEqual(told(), [{ namespace: 'shop', msg: 'namespace has no key any more and is open' }]);
});
