// Loaded into every thread of podway before anything else: writes down when its event loop did not turn for a while. A timer of
// a millisecond is late by what the thread does at a stretch, garbage collections and waiting for a core included.
import { appendFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const PERIOD = 1;
/** Milliseconds; shorter ones are not written down. */
const SHORTEST = 4;

const file = process.env['STRETCHES'] ?? '';
let turned = performance.now();

setInterval(() => {
  const now = performance.now();
  const held = now - turned - PERIOD;
  if (held >= SHORTEST) appendFileSync(file, `${threadId} ${performance.timeOrigin + now} ${held}\n`);
  turned = performance.now();
}, PERIOD).unref();
