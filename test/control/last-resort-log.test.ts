import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { LastResortLog } from '../../src/control/last-resort-log.ts';

test('the log reports once when pods on silent nodes become the last resort, and once when that ends', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const written: { level: number; routes: number }[] = [];
  const write = (line: string) => void written.push(JSON.parse(line) as (typeof written)[number]);
  const [warn, info] = [40, 30];
  let routes = 0;
  const log = new LastResortLog(pino({ base: null }, { write }), () => routes);
  const look = (now: number) => {
    routes = now;
    log.touch();
    log.touch();
    t.mock.timers.tick(1_000);
    return written.splice(0).map((line) => [line.level, line.routes]);
  };
  assert.deepEqual(look(0), []);
  assert.deepEqual(look(7), [[warn, 7]]);
  assert.deepEqual(look(9), []);
  assert.deepEqual(look(0), [[info, 0]]);
  assert.deepEqual(look(0), []);
  assert.deepEqual(look(1), [[warn, 1]]);
});
