// Loaded into every thread of podway before its code. A timer of one millisecond shows when the event loop was blocked;
// this module writes down for how long, and how much CPU time the thread used. In the remaining time the thread waited for a
// core.
import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const PERIOD = 1;
/** Milliseconds. Shorter times are not written down. */
const MIN_BLOCKED = 4;

const file = process.env['BLOCKED_TIMES'] ?? '';
let lastTick = performance.now();
let cpuBefore = process.threadCpuUsage();

setInterval(() => {
  const now = performance.now();
  const blocked = now - lastTick - PERIOD;
  const { user, system } = process.threadCpuUsage(cpuBefore);
  const cpu = (user + system) / 1_000;
  if (blocked >= MIN_BLOCKED)
    appendFileSync(file, `${threadId} ${performance.timeOrigin + now} ${blocked} ${cpu}\n`);
  lastTick = performance.now();
  cpuBefore = process.threadCpuUsage();
}, PERIOD).unref();
