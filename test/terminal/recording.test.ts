import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Recording } from '../../src/terminal/recording.ts';

test('sizes that change faster than the disk writes are left out of a recording, except the last one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'podway-recording-'));
  try {
    const recorded = { name: 'a.cast', title: 'a', size: { columns: 80, rows: 24 }, began: 0 };
    const recording = new Recording({ folder, maxBytes: 1_000_000, input: false }, recorded, assert.fail);
    for (let columns = 1; columns <= 10_000; columns += 1) recording.resized({ columns, rows: 24 });
    await recording.output(Buffer.from('ls'));
    await recording.end();
    const lines = readFileSync(join(folder, 'a.cast'), 'utf8').trimEnd().split('\n').slice(1);
    const events = lines.map((line) => (JSON.parse(line) as [number, string, string]).slice(1));
    assert.deepEqual(events.slice(-2), [
      ['r', '10000x24'],
      ['o', 'ls'],
    ]);
    assert.ok(events.length < 5_000, `${events.length} events`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
