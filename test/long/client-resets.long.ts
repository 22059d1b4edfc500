import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { ManyConnections } from '../fixtures/load/many-connections.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, openFiles, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const CLIENTS = parameter('CLIENTS', 5_000);
const GAUGES = [
  'downstream_connections',
  'exchanges_in_flight',
  'upstream_connections',
  'buffered_bytes',
  'request_held_bytes',
];

const REQUESTS = [
  'GET / HTTP/1.1\r\nHost: t.local\r\n\r\n',
  'GET /large HTTP/1.1\r\nHost: t.local\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: t.local\r\nContent-Length: 100000\r\n\r\nxxxxxxxxxx',
  'GET / HTTP/1.1\r\nHost: t.lo',
] as const;

test(`${CLIENTS} clients that connect, send a request and reset leave no state behind (DF-08)`, async (t) => {
  const body = Buffer.alloc(2 ** 20, 'x');
  using pod = await LoadPod.start((request, response) => {
    request.resume().on('end', () => response.end(request.url === '/large' ? body : 'well'));
  });
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: { UPSTREAM_KEEPALIVE_TIMEOUT: '500ms' },
  });
  await podway.until(200);
  for (let warm = 0; warm < 200; warm += 1) await podway.get('/');
  await sleep(1_000);
  const before = { files: openFiles(podway.pid), rss: residentBytes(podway.pid) };
  const began = performance.now();
  using connections = new ManyConnections(podway);
  let sent = 0;
  await connections.openMore(CLIENTS, (socket) => {
    sent += 1;
    // Some clients reset immediately, others during the response.
    socket.write(REQUESTS[sent % REQUESTS.length] ?? '');
    setTimeout(() => socket.resetAndDestroy(), (sent % 5) * 5);
  });
  const storm = performance.now() - began;
  while (connections.closedCount < CLIENTS) await sleep(5);
  const over = performance.now();
  await podway.eventually(async () => {
    const samples = await metricsOf(podway);
    for (const gauge of GAUGES) assert.equal(sumOf(samples, `podway_${gauge}`), 0, gauge);
    // The admin connection of this request is the only open one.
    assert.ok(openFiles(podway.pid) <= before.files + 2, `${openFiles(podway.pid)} files`);
  });
  const recovery = performance.now() - over;
  assert.equal((await podway.get('/')).status, 200);
  printFigures(t, {
    clients: sent,
    'storm s': storm / 1_000,
    'recovery s': recovery / 1_000,
    'MB more resident': (residentBytes(podway.pid) - before.rss) / 2 ** 20,
  });
  assert.ok(recovery < 5_000, `${recovery} ms`);
});
