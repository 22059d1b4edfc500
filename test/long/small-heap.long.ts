import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { ManyConnections } from '../fixtures/load/many-connections.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { metricsOf, residentBytes, sumOf } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const CLIENTS = parameter('CLIENTS', 5_000);
const SECONDS = parameter('SECONDS', 10);
const HEAP = parameter('HEAP', 64);

/** Milliseconds until a pod responds. Nearly always every client has a request with a large head in flight. */
const RESPONSE_DELAY = 2_000;
const REQUEST = `GET / HTTP/1.1\r\nHost: t.local\r\nCookie: ${'c'.repeat(6_000)}\r\n\r\n`;

test(`a heap of ${HEAP} MB and ${CLIENTS} busy clients: requests are shed, and the router survives (PR-07)`, async (t) => {
  using pod = await LoadPod.start((_request, response) =>
    setTimeout(() => response.end('well'), RESPONSE_DELAY),
  );
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP}` },
  });
  await podway.until(200);
  const answers = new Map<string, number>();
  let over = false;
  using connections = new ManyConnections(podway);
  await connections.openMore(CLIENTS, (socket) => {
    socket.setEncoding('latin1').on('data', (text: string) => {
      for (const [, status = ''] of text.matchAll(/HTTP\/1\.1 (\d+)/g))
        answers.set(status, (answers.get(status) ?? 0) + 1);
      if (!over && !/connection: close/i.test(text)) socket.write(REQUEST);
    });
    socket.write(REQUEST);
  });
  await sleep(SECONDS * 1_000);
  over = true;
  const samples = await metricsOf(podway);
  const resident = residentBytes(podway.pid) / 2 ** 20;
  connections[Symbol.dispose]();
  await podway.eventually(async () => assert.equal((await podway.get('/')).status, 200));
  printFigures(t, {
    answers: JSON.stringify(Object.fromEntries(answers)),
    'in flight': sumOf(samples, 'podway_exchanges_in_flight'),
    'refused for the heap': sumOf(samples, 'podway_refused_total', /overload-heap/),
    'connections refused': sumOf(samples, 'podway_downstream_connections_shed_total'),
    'worker heap MB': sumOf(samples, 'podway_worker_heap_used_bytes') / 2 ** 20,
    'MB resident': resident,
    'workers replaced': sumOf(samples, 'podway_worker_restarts_total'),
  });
  assert.equal(sumOf(samples, 'podway_worker_restarts_total'), 0);
  assert.ok((answers.get('200') ?? 0) > 0);
});
