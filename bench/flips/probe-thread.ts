// A thread that sends requests to podway as fast as it gets answers, on one connection to a worker and one to the main
// thread, and keeps the longest time of each. A thread of podway that is busy with a change answers later.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { KeepAliveClient } from '../../test/fixtures/keep-alive-client.ts';
import type { ProbeOptions, ProbeReport } from './probe.ts';

const { address, port, adminPort, pod, host } = workerData as ProbeOptions;

/** Milliseconds between an answer and the next request. */
const PAUSE = 1;

async function probe(client: KeepAliveClient, name: string, path: string, report: (took: number) => void) {
  for (;;) {
    const sentAt = performance.now();
    await client.get(name, path);
    report(performance.now() - sentAt);
    await delay(PAUSE);
  }
}

let report: ProbeReport = { main: 0, worker: 0, own: 0 };
let lastTick = performance.now();
// Pauses of this thread are measured, too, because podway does not cause them.
setInterval(() => {
  const now = performance.now();
  report = { ...report, own: Math.max(report.own, now - lastTick - 1) };
  lastTick = now;
}, 1);

createServer((_, response) => response.end('ok')).listen(pod.port, pod.address, () => {
  void probe(new KeepAliveClient(port, address), host, '/', (took) => {
    report = { ...report, worker: Math.max(report.worker, took) };
  });
  void probe(new KeepAliveClient(adminPort, address), 'localhost', '/healthz', (took) => {
    report = { ...report, main: Math.max(report.main, took) };
  });
  parentPort?.postMessage('ready');
});
parentPort?.on('message', () => {
  parentPort?.postMessage(report);
  report = { main: 0, worker: 0, own: 0 };
});
