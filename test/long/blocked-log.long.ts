import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import {
  ClosedLoopClients,
  succeeded,
  percentile,
  type Tally,
} from '../fixtures/load/closed-loop-clients.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const SECONDS = parameter('SECONDS', 5);

test('while the log is not read, no request fails and memory stays bounded (PR-11)', async (t) => {
  using pod = await LoadPod.start();
  const run = async (
    stdout: 'unread' | undefined,
  ): Promise<{ tally: Tally; lost: number; resident: number }> => {
    await using podway = await startPodway({
      manifests: { 'pod.json': pod.manifest },
      env: { ACCESS_LOG: 'json' },
      ...(stdout && { stdout }),
    });
    await podway.until(200);
    using clients = new ClosedLoopClients({ address: podway.address, port: podway.port, connections: 32 });
    await sleep(SECONDS * 1_000);
    const tally = await clients.stop();
    const lost = sumOf(await metricsOf(podway), 'podway_access_log_lines_dropped_total');
    return { tally, lost, resident: residentBytes(podway.pid) };
  };
  const read = await run(undefined);
  const unread = await run('unread');
  printFigures(t, {
    'requests, log read': succeeded(read.tally),
    'requests, log unread': succeeded(unread.tally),
    'p99 ms': percentile(unread.tally, 0.99),
    'lines dropped': unread.lost,
    'MB resident, log read': read.resident / 2 ** 20,
    'MB resident, log unread': unread.resident / 2 ** 20,
  });
  assert.deepEqual([...read.tally.failures, ...unread.tally.failures], []);
  assert.equal(read.lost, 0);
  assert.ok(unread.lost > 0);
  assert.ok(unread.resident < read.resident + 64 * 2 ** 20);
});
