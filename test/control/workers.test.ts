import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { StartWorker, WorkerListener, WorkerThread } from '../../src/control/worker-thread.ts';
import type { WorkersFailure } from '../../src/control/workers-listener.ts';
import { Workers } from '../../src/control/workers.ts';
import type { ReportPart, ToWorker } from '../../src/boundary/messages.ts';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import { delta } from '../fixtures/table-delta.ts';
import { workerSettings } from '../fixtures/settings.ts';

const WHOLE = delta({ revision: 7, reset: true });

/** A thread that only records what it gets; the test causes its crashes and answers. */
class FakeThread implements WorkerThread {
  readonly sent: ToWorker[] = [];
  readonly listener: WorkerListener;

  constructor(listener: WorkerListener) {
    this.listener = listener;
  }

  send(message: ToWorker): void {
    this.sent.push(message);
  }

  terminate(): Promise<void> {
    this.listener.exit(undefined);
    return Promise.resolve();
  }
}

interface Rig {
  readonly workers: Workers;
  /** Every thread that was started, in order, with its seat. */
  readonly threads: { readonly worker: number; readonly thread: FakeThread }[];
  readonly failures: WorkersFailure[];
  readonly parts: { readonly worker: number; readonly kind: ReportPart['kind'] }[];
  readonly gone: number[];
  /** The live revision of every worker, each time a change was reported. */
  readonly applied: number[][];
  /** Resolves when this many threads have been started in total. */
  readonly started: (count: number) => Promise<void>;
}

function setUp(count: number): Rig {
  const threads: Rig['threads'] = [];
  const failures: WorkersFailure[] = [];
  const parts: Rig['parts'] = [];
  const gone: number[] = [];
  const applied: number[][] = [];
  let wake = (): void => undefined;
  const fake: StartWorker = ({ worker }, listener) => {
    const thread = new FakeThread(listener);
    threads.push({ worker, thread });
    wake();
    return thread;
  };
  const workers = new Workers({
    count,
    settings: workerSettings({ reusePort: count > 1 }),
    start: fake,
    logger: pino({ level: 'silent' }),
    table: () => WHOLE,
    listener: {
      report: (worker, { kind }) => parts.push({ worker, kind }),
      incidents: () => undefined,
      spans: () => undefined,
      tunnelsRefused: () => undefined,
      gone: (worker) => gone.push(worker),
      applied: (states) => applied.push(states.map((it) => it.applied)),
      fatal: (failure) => failures.push(failure),
    },
  });
  const started = async (count: number) => {
    while (threads.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { workers, threads, failures, parts, gone, applied, started };
}

test('each worker gets the whole table first, then every delta', async () => {
  const { workers, threads } = setUp(2);
  workers.start();
  const next = { ...WHOLE, revision: 8, reset: false };
  workers.publish(next);
  for (const { thread } of threads) {
    assert.deepEqual(thread.sent, [
      { type: 'delta', delta: WHOLE, more: false },
      { type: 'delta', delta: next, more: false },
    ]);
  }
  await workers.stop();
});

test('a worker that dies is replaced in its seat; the other workers are not affected (PR-10)', async () => {
  const { workers, threads, gone, applied, started } = setUp(2);
  workers.start();
  for (const { thread } of threads) {
    thread.listener.message({ type: 'listening', address: '127.0.0.1', port: 1 });
    thread.listener.message({ type: 'applied', revision: 7 });
  }
  threads[1]?.thread.listener.exit(new Error('boom'));
  assert.deepEqual(gone, [1]);
  assert.deepEqual(applied, [
    [7, -1],
    [7, 7],
    [7, -1],
  ]);
  assert.deepEqual(workers.states(), [
    { worker: 0, listening: true, applied: 7 },
    { worker: 1, listening: false, applied: -1 },
  ]);
  await started(3);
  assert.equal(threads[2]?.worker, 1);
  assert.deepEqual(threads[2]?.thread.sent, [{ type: 'delta', delta: WHOLE, more: false }]);
  assert.equal(threads[0]?.thread.sent.length, 1);
  assert.equal(workers.restarts, 1);
  await workers.stop();
});

test('the fifth crash within a minute ends podway, with one line', async () => {
  const { workers, threads, failures, started } = setUp(1);
  workers.start();
  for (let crash = 1; crash <= 5; crash += 1) {
    await started(crash);
    assert.deepEqual(failures, []);
    threads.at(-1)?.thread.listener.exit(new Error('boom'));
  }
  assert.deepEqual(failures, [
    { reason: 'crash-loop', message: 'workers die one after the other, the last one with: boom' },
  ]);
});

test('a port in use is reported once, however many workers tried', () => {
  const { workers, threads, failures } = setUp(3);
  workers.start();
  for (const { thread } of threads) {
    thread.listener.message({ type: 'listen-failed', code: 'EACCES', message: 'listen EACCES' });
  }
  assert.deepEqual(failures, [
    {
      reason: 'listen-failed',
      message:
        'cannot listen on 127.0.0.1 port 0 (PORT): this user has no permission; choose a port above 1023',
    },
  ]);
});

const SERIES: ReportPart = { kind: 'series', series: { names: [], numbers: new Float64Array() } };
const LAST: ReportPart = { kind: 'end' };

/** All of them listen; `send` sends a part from one of them, `asked` counts how often each was asked for one. */
function listening({ workers, threads }: Rig) {
  workers.start();
  for (const { thread } of threads)
    thread.listener.message({ type: 'listening', address: '127.0.0.1', port: 1 });
  return {
    send: (worker: number, part: ReportPart) =>
      threads[worker]?.thread.listener.message({ type: 'report', part }),
    asked: () => threads.map(({ thread }) => thread.sent.filter(({ type }) => type === 'report').length),
  };
}

test('a report arrives in parts, each requested after the one before it was taken', async () => {
  const it = setUp(2);
  const { send, asked } = listening(it);
  const scrape = it.workers.collect();
  assert.deepEqual(asked(), [1, 1]);
  send(0, SERIES);
  send(0, { kind: 'endpoints', endpoints: [] });
  send(1, LAST);
  assert.deepEqual(asked(), [3, 1]);
  send(0, LAST);
  await scrape;
  assert.deepEqual(asked(), [3, 1], 'no part is requested after the last one');
  assert.deepEqual(
    it.parts.map(({ worker, kind }) => `${worker} ${kind}`),
    ['0 series', '0 endpoints', '1 end', '0 end'],
  );
  void it.workers.collect();
  assert.deepEqual(asked(), [4, 2]);
  await it.workers.stop();
});

test('a stuck worker does not hang a scrape, is not asked twice, and its late report is still counted', async () => {
  const it = setUp(2);
  const { send, asked } = listening(it);
  const alive = setInterval(() => undefined, 1_000);
  const scrape = it.workers.collect();
  assert.equal(it.workers.collect(), scrape, 'scrapes at the same time share one round');
  send(0, LAST);
  await scrape;
  const next = it.workers.collect();
  assert.deepEqual(asked(), [2, 1]);
  const figures = it.threads.map(({ thread }) => thread.sent.filter(({ type }) => type === 'figures').length);
  assert.deepEqual(figures, [2, 2], 'its figures are requested at every scrape');
  send(1, new DataPlane(workerSettings({})).figures(1));
  assert.deepEqual(asked(), [2, 1], 'they are part of no report');
  send(0, LAST);
  send(1, SERIES);
  assert.deepEqual(asked(), [2, 2]);
  send(1, LAST);
  await next;
  clearInterval(alive);
  assert.deepEqual(
    it.parts.map(({ worker }) => worker),
    [0, 1, 0, 1, 1],
  );
  await it.workers.stop();
});

test('a worker that dies during a scrape does not hold it up', async () => {
  const { workers, threads } = setUp(1);
  workers.start();
  threads[0]?.thread.listener.message({ type: 'listening', address: '127.0.0.1', port: 1 });
  const scrape = workers.collect();
  threads[0]?.thread.listener.exit(new Error('boom'));
  await scrape;
  await workers.stop();
});

test('a drain involves every worker, adds up the connections that were cut, and replaces no worker', async () => {
  const { workers, threads } = setUp(3);
  workers.start();
  for (const { thread } of threads) {
    thread.listener.message({ type: 'listening', address: '127.0.0.1', port: 1 });
  }
  const drained = workers.drain(500);
  threads[0]?.thread.listener.message({ type: 'drained', cut: 2 });
  threads[1]?.thread.listener.exit(new Error('boom'));
  threads[2]?.thread.listener.message({ type: 'drained', cut: 1 });
  assert.equal(await drained, 3);
  assert.equal(threads.length, 3);
  for (const { thread } of threads) assert.deepEqual(thread.sent.at(-1), { type: 'drain', timeout: 500 });
});

test('figures are requested without a report, and resolve when all have arrived', async () => {
  const it = setUp(2);
  const { send, asked } = listening(it);
  const figures = it.workers.figures();
  const again = it.workers.figures();
  assert.deepEqual(asked(), [0, 0]);
  const sent = it.threads.map(({ thread }) => thread.sent.filter(({ type }) => type === 'figures').length);
  assert.deepEqual(sent, [1, 1], 'no worker is asked twice for the same');
  send(0, new DataPlane(workerSettings({})).figures(0));
  it.threads[1]?.thread.listener.exit(undefined);
  await Promise.all([figures, again]);
  assert.deepEqual(it.parts, [{ worker: 0, kind: 'figures' }]);
  await it.workers.stop();
});
