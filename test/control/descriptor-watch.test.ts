import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { DescriptorWatch } from '../../src/control/descriptor-watch.ts';

const SECOND = 1_000;

function watching(look?: () => void): { watch: DescriptorWatch; lines: string[] } {
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  return { watch: new DescriptorWatch(logger, look), lines };
}

function failing(code: string): () => void {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

test('a process with descriptors to spare is short of none', () => {
  const { watch, lines } = watching();
  watch.look(0);
  assert.equal(watch.shortages, 0);
  assert.deepEqual(lines, []);
});

for (const code of ['EMFILE', 'ENFILE']) {
  test(`${code}: every look is counted, the log hears of it once a minute`, () => {
    const { watch, lines } = watching(failing(code));
    for (let second = 0; second < 120; second += 1) watch.look(second * SECOND);
    assert.equal(watch.shortages, 120);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', new RegExp(`"code":"${code}".*MAX_CONNECTIONS`));
  });
}

test('a null device that cannot be opened is no shortage', () => {
  const { watch, lines } = watching(failing('EACCES'));
  watch.look(0);
  assert.equal(watch.shortages, 0);
  assert.deepEqual(lines, []);
});
