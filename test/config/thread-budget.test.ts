import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';
import { memoryShortage, workerCount, workerHeap } from '../../src/config/thread-budget.ts';

const MIB = 2 ** 20;

function configOf(env: Readonly<Record<string, string>>) {
  const loaded = loadConfig(env);
  assert.ok('config' in loaded);
  return loaded.config;
}

/** WORKERS and further settings, cores, MiB of memory: workers, MiB of heap for each, and whether it is too little. */
const CASES: readonly (readonly [string, Record<string, string>, number, number, number, number, boolean])[] =
  [
    ["the chart's limit and one worker", {}, 64, 512, 1, 192, false],
    ["the chart's limit: a second worker would not fit", { WORKERS: 'auto' }, 64, 512, 1, 192, false],
    ['one more worker for each 192 MiB', { WORKERS: 'auto' }, 64, 576, 2, 64, false],
    ['half a core less is one worker less', { WORKERS: 'auto' }, 2.5, 65_536, 2, 4_096, false],
    ['less than a core', { WORKERS: 'auto' }, 0.5, 65_536, 1, 4_096, false],
    ['a large machine', { WORKERS: 'auto' }, 16, 32_768, 16, 1_908, false],
    ['many cores and little memory', { WORKERS: 'auto' }, 64, 2_048, 9, 78, false],
    ['almost no memory', { WORKERS: 'auto' }, 4, 128, 1, 64, true],
    ['as many as WORKERS sets, with the minimum heap', { WORKERS: '4' }, 1, 512, 4, 64, true],
    [
      'small buffers leave memory for workers',
      { WORKERS: 'auto', PROXY_BUFFER_MEMORY: '8m', REQUEST_MEMORY: '8m' },
      4,
      512,
      4,
      64,
      false,
    ],
    [
      'large buffers use that memory',
      { WORKERS: 'auto', PROXY_BUFFER_MEMORY: '1g' },
      4,
      2_048,
      1,
      768,
      false,
    ],
  ];

for (const [name, env, cores, memory, workers, heap, short] of CASES) {
  test(`${name}: ${cores} cores and ${memory} MiB make ${workers} workers of ${heap} MiB`, () => {
    const config = configOf(env);
    const machine = { cores, memory: memory * MIB };
    assert.equal(workerCount(config, machine), workers);
    assert.equal(Math.floor(workerHeap(config, machine) / MIB), heap);
    assert.equal(memoryShortage(config, machine) !== undefined, short);
  });
}

test('limits that do not fit name the settings that would help', () => {
  assert.equal(
    memoryShortage(configOf({ WORKERS: '4' }), { cores: 4, memory: 512 * MIB }),
    'memory is limited to 512 MiB, less than 960 MiB for 4 workers with all their buffers full: raise the limit, or lower WORKERS, PROXY_BUFFER_MEMORY or REQUEST_MEMORY',
  );
});

test('when podway reports no shortage of memory, the sum of all limits fits into the memory', () => {
  for (const WORKERS of ['auto', '1', '3', '16']) {
    const config = configOf({ WORKERS });
    for (let memory = 64; memory <= 16_384; memory += 61) {
      const machine = { cores: 8, memory: memory * MIB };
      if (memoryShortage(config, machine) !== undefined) continue;
      const each = workerHeap(config, machine) + config.proxyBufferMemory + config.requestMemory;
      const all = 192 * MIB + workerCount(config, machine) * each;
      assert.ok(all <= machine.memory, `${WORKERS} workers with ${memory} MiB`);
    }
  }
});
