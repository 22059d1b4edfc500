import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

/** A script of browsers. */
const SCRIPT: string = '../../../src/operator/page/pause-while-hidden.js';
const { pauseWhileHidden } = (await import(SCRIPT)) as {
  pauseWhileHidden: (stream: { start(): void; stop(): void }) => () => void;
};

test('a stream pauses after its page was hidden for a minute', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const page = Object.assign(new EventTarget(), { hidden: false });
  Object.assign(globalThis, { document: page, window: globalThis });
  t.after(() => {
    mock.timers.reset();
    for (const name of ['document', 'window']) Reflect.deleteProperty(globalThis, name);
  });
  const turn = (hidden: boolean) => {
    page.hidden = hidden;
    page.dispatchEvent(new Event('visibilitychange'));
  };
  const done: string[] = [];
  const end = pauseWhileHidden({ start: () => done.push('start'), stop: () => done.push('stop') });
  turn(true);
  mock.timers.tick(59_999);
  turn(false);
  mock.timers.tick(60_000);
  assert.deepEqual(done, [], 'the page was hidden for less than a minute');
  turn(true);
  mock.timers.tick(60_000);
  assert.deepEqual(done, ['stop']);
  turn(false);
  turn(false);
  assert.deepEqual(done, ['stop', 'start']);
  turn(true);
  end();
  mock.timers.tick(60_000);
  turn(false);
  assert.deepEqual(done, ['stop', 'start']);
});
