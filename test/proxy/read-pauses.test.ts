import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { Deferred } from '../../src/proxy/bytes/loop-turn.ts';
import { LARGE, SMALL_READ } from '../../src/proxy/bytes/read-buffers.ts';
import { ReadPauses } from '../../src/proxy/downstream/http2/read-pauses.ts';

const MANY = 129;
const FULL = 262_145;

/** Reads with this number of frames, bytes that wait for the client, and what happens: the end of the turn, or bytes that leave. */
type Step = { readonly frames?: number; readonly queued?: number; readonly event?: 'turn' | 'drained' };

function check(name: string, steps: readonly (readonly [step: Step, state: string])[]): void {
  test(name, () => {
    const stream = new PassThrough().resume();
    const queue = { queued: 0 };
    const deferred: Deferred[] = [];
    let resumed = 0;
    const turn = { atEnd: (it: Deferred) => void deferred.push(it) };
    const pauses = new ReadPauses(stream, queue, turn, () => (resumed += 1));
    for (const [{ frames, queued = queue.queued, event }, state] of steps) {
      queue.queued = queued;
      if (frames !== undefined) pauses.after(frames);
      if (event === 'turn') for (const it of deferred.splice(0)) it.flush();
      if (event === 'drained') pauses.drained();
      const size = { [LARGE]: 'large', [SMALL_READ]: 'small' }[pauses.readSize];
      assert.equal(`${stream.isPaused() ? 'paused' : 'reads'} ${size} ${resumed}`, state);
    }
  });
}

check('few frames: podway reads on', [[{ frames: 128 }, 'reads large 0']]);
check('many frames: the rest of the turn is for others, and the next read is small', [
  [{ frames: MANY }, 'paused small 0'],
  [{ event: 'turn' }, 'reads small 1'],
  [{ frames: 10 }, 'reads large 1'],
]);
check('bytes that leave do not end the pause of the turn', [
  [{ frames: MANY }, 'paused small 0'],
  [{ event: 'drained' }, 'paused small 0'],
  [{ event: 'turn' }, 'reads small 1'],
]);
check('many frames twice in a turn: one pause', [
  [{ frames: MANY }, 'paused small 0'],
  [{ frames: MANY }, 'paused small 0'],
  [{ event: 'turn' }, 'reads small 1'],
  [{ event: 'turn' }, 'reads small 1'],
]);
check('too many bytes wait: the pause lasts until they have left', [
  [{ frames: 1, queued: FULL }, 'paused large 0'],
  [{ event: 'drained' }, 'paused large 0'],
  [{ queued: FULL - 1, event: 'drained' }, 'reads large 1'],
]);
check('many frames, and too many bytes wait: both must be over', [
  [{ frames: MANY, queued: FULL }, 'paused small 0'],
  [{ event: 'turn' }, 'paused small 0'],
  [{ queued: 0, event: 'drained' }, 'reads small 1'],
]);
