import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { ManyConnections } from '../fixtures/load/many-connections.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const CONNECTIONS = parameter('CONNECTIONS', 10_000);
/** Maximum memory of an idle connection in podway, in KiB. */
const EACH = parameter('EACH', 12);

test(`${CONNECTIONS} idle keep-alive connections cost ${EACH} KiB each and are closed without effects on other connections (DF-06)`, async (t) => {
  using pod = await LoadPod.start();
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: {
      // Longer than the time that it takes to open all connections.
      KEEPALIVE_TIMEOUT: '60s',
      UPSTREAM_IDLE_CONNECTIONS: '8',
      // An idle client holds one descriptor. The default, `auto`, allows for two.
      MAX_CONNECTIONS: String(CONNECTIONS + 1_000),
    },
    timeout: 90_000,
  });
  await podway.until(200);
  for (let warm = 0; warm < 200; warm += 1) await podway.get('/');
  const before = residentBytes(podway.pid);
  using connections = new ManyConnections(podway);
  const answered: Promise<unknown>[] = [];
  await connections.openMore(CONNECTIONS, (socket: Socket) => {
    socket.write('GET / HTTP/1.1\r\nHost: t.local\r\n\r\n');
    answered.push(once(socket, 'data'));
  });
  await Promise.all(answered);
  await sleep(2_000);
  const standing = connections.sockets.length - connections.closedCount;
  const each = (residentBytes(podway.pid) - before) / standing / 1_024;
  const began = performance.now();
  assert.equal((await podway.get('/')).status, 200);
  const took = performance.now() - began;
  await podway.eventually(async () => {
    assert.equal(sumOf(await metricsOf(podway), 'podway_downstream_connections'), 0);
  });
  printFigures(t, { connections: standing, 'KiB each': each, 'ms for a new request': took });
  assert.equal(standing, CONNECTIONS);
  assert.ok(each <= EACH, `${each} KiB each`);
});
