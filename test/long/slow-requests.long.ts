import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPodway } from '../process/podway.ts';
import { ClosedLoopClients, succeeded, percentile } from '../fixtures/load/closed-loop-clients.ts';
import { ManyConnections } from '../fixtures/load/many-connections.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { cpuSeconds, openFiles, residentBytes } from '../fixtures/load/readings.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const HEADS = parameter('HEADS', 5_000);
const BODIES = parameter('BODIES', 1_000);
const SECONDS = parameter('SECONDS', 4);
/**
 * Minimum share of its throughput that the healthy client keeps, for the same CPU time of the router: other processes
 * use the machine, too.
 */
const KEEPS = parameter('KEEPS', 0.95);
/** Milliseconds between two bytes of a slow sender. */
const DRIP = 5_000;

test(`${HEADS} slow heads and ${BODIES} slow bodies leave a healthy client ${KEEPS * 100} % of its throughput (DF-01, DF-02)`, async (t) => {
  using pod = await LoadPod.start();
  await using podway = await startPodway({
    manifests: { 'pod.json': pod.manifest },
    env: { REQUEST_HEAD_TIMEOUT: '60s' },
  });
  await podway.until(200);
  using healthy = new ClosedLoopClients({ address: podway.address, port: podway.port, connections: 16 });
  const rate = async () => {
    healthy.takeTally();
    const cpu = cpuSeconds(podway.pid);
    await sleep(SECONDS * 1_000);
    const tally = healthy.takeTally();
    const perCpu = succeeded(tally) / (cpuSeconds(podway.pid) - cpu);
    return { tally, perCpu, perSecond: succeeded(tally) / tally.seconds };
  };
  await rate();
  const before = await rate();
  const rss = residentBytes(podway.pid);
  using connections = new ManyConnections(podway);
  const slow: Socket[] = [];
  const begin = (text: string) => (socket: Socket) => {
    socket.write(text);
    slow.push(socket);
  };
  await connections.openMore(HEADS, begin('GET / HTTP/1.1\r\nHost: t.local\r\nX-Slow: '));
  await connections.openMore(
    BODIES,
    begin('POST / HTTP/1.1\r\nHost: t.local\r\nContent-Length: 100000\r\n\r\n'),
  );
  let turn = 0;
  const sendSlowly = setInterval(() => {
    for (let at = turn; at < slow.length; at += DRIP / 10) slow[at]?.write('x');
    turn = (turn + 1) % (DRIP / 10);
  }, 10);
  await sleep(1_000);
  const during = await rate();
  const grown = residentBytes(podway.pid) - rss;
  const files = openFiles(podway.pid);
  const endedEarly = connections.closedCount;
  clearInterval(sendSlowly);
  connections[Symbol.dispose]();
  await sleep(500);
  const after = await rate();
  const last = await healthy.stop();
  const kept = during.perCpu / ((before.perCpu + after.perCpu) / 2);
  printFigures(t, {
    'requests/s before': before.perSecond,
    during: during.perSecond,
    after: after.perSecond,
    'requests per CPU second before': before.perCpu,
    'requests per CPU second during': during.perCpu,
    'requests per CPU second after': after.perCpu,
    kept,
    'p99 ms before': percentile(before.tally, 0.99),
    'p99 ms during': percentile(during.tally, 0.99),
    'KiB for each slow client': grown / 1_024 / (HEADS + BODIES),
    'open files': files,
    'ended early': endedEarly,
  });
  for (const tally of [before.tally, during.tally, after.tally, last]) assert.deepEqual(tally.failures, []);
  assert.ok(kept >= KEEPS, `kept ${kept}`);
});
