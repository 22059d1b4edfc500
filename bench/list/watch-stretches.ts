// Loaded into every thread of podway before its code. A timer of one millisecond shows when the event loop was blocked;
// this module writes down for how long, and how much CPU time the thread used. In the remaining time the thread waited for a
// core.
import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const PERIOD = 1;
/** Milliseconds. Shorter times are not written down. */
const SHORTEST = 4;

const file = process.env['STRETCHES'] ?? '';
let turned = performance.now();
let before = process.threadCpuUsage();

setInterval(() => {
  const now = performance.now();
  const held = now - turned - PERIOD;
  const { user, system } = process.threadCpuUsage(before);
  const worked = (user + system) / 1_000;
  if (held >= SHORTEST)
    appendFileSync(file, `${threadId} ${performance.timeOrigin + now} ${held} ${worked}\n`);
  turned = performance.now();
  before = process.threadCpuUsage();
}, PERIOD).unref();
