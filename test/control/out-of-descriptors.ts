import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { pino } from 'pino';
import { DescriptorWatch } from '../../src/control/descriptor-watch.ts';

// A process that opens as many descriptors as it may, and prints what its watch noticed before, meanwhile and after.

const lines: string[] = [];
const watch = new DescriptorWatch(pino({ base: null }, { write: (line) => void lines.push(line) }));

/** Shortages that one check a second notices, for this many seconds from `second` on. */
function noticed(second: number, seconds: number): number {
  const before = watch.shortages;
  for (let at = second; at < second + seconds; at += 1) watch.check(at * 1_000);
  return watch.shortages - before;
}

const before = noticed(0, 1);
const taken = takeAll();
const meanwhile = noticed(1, 120);
for (const descriptor of taken) closeSync(descriptor);
const after = noticed(121, 1);
process.stdout.write(JSON.stringify({ before, meanwhile, after, lines }));

function takeAll(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync(devNull, 'r'));
  } catch {
    return taken;
  }
}
