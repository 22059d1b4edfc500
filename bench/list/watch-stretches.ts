// Loaded into every thread of podway before anything else: writes down when its event loop did not turn for a while, as a timer
// of a millisecond shows, and how much of that the thread worked: the rest it waited for a core.
import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const PERIOD = 1;
/** Milliseconds; shorter ones are not written down. */
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
