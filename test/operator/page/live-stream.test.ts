import assert from 'node:assert/strict';
import { type Mock, mock, test, type TestContext } from 'node:test';

/** A script of browsers. */
const STREAM: string = '../../../src/operator/page/live-stream.js';

interface Status {
  readonly kind: string;
  readonly why?: string;
  readonly retryAt?: number;
}

interface Stream {
  start(): void;
  stop(): void;
}

const { LiveStream } = (await import(STREAM)) as {
  LiveStream: new (
    page: string,
    listener: { event(name: string, data: unknown): void; status(status: Status): void },
  ) => Stream;
};

/** Lets pending promises settle. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The parts of a browser, with a router whose answers a test sets. */
function browser(t: TestContext, answer: (signal: AbortSignal) => Promise<Response>) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const fetched = mock.fn((_url: string, { signal }: RequestInit) => answer(signal as AbortSignal));
  const storage = new Map<string, string>();
  const globals = {
    fetch: fetched,
    window: globalThis,
    sessionStorage: { getItem: (name: string) => storage.get(name) ?? null },
  };
  const before = Object.getOwnPropertyDescriptors(globalThis);
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  const statuses: Status[] = [];
  const events: unknown[] = [];
  const stream = new LiveStream('events', {
    event: (_name, data) => events.push(data),
    status: (status) => statuses.push(status),
  });
  t.after(() => {
    stream.stop();
    mock.timers.reset();
    for (const name of Object.keys(globals)) {
      const descriptor = before[name as 'fetch'];
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  });
  return { stream, statuses, events, storage, fetched: fetched as Mock<typeof fetched> };
}

const last = (statuses: readonly Status[]) => statuses.at(-1)?.kind;

test('the stream tries again with back-off, and immediately when the user asks for it', async (t) => {
  const { stream, statuses, fetched } = browser(t, () => Promise.reject(new TypeError('no')));
  stream.start();
  await settle();
  const pauses: number[] = [];
  for (let time = 1; time <= 8; time += 1) {
    const { kind, retryAt = 0, why } = statuses.at(-1) ?? {};
    assert.deepEqual({ kind, why }, { kind: 'waiting', why: 'the router cannot be reached' });
    pauses.push(retryAt - Date.now());
    mock.timers.tick(Math.ceil(pauses.at(-1) ?? 0));
    await settle();
    assert.equal(fetched.mock.callCount(), time + 1);
  }
  pauses.forEach((pause, at) => {
    const middle = Math.min(15_000, 1_000 * 2 ** at);
    assert.ok(pause >= 0.75 * middle && pause <= 1.25 * middle + 1, `${at}: ${pause}`);
  });
  stream.start();
  assert.equal(fetched.mock.callCount(), 10);
});

test('a stream without events and heartbeats for 20 s is closed', async (t) => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const { stream, statuses, events } = browser(t, async (signal) => {
    signal.addEventListener('abort', () => controller?.error(signal.reason));
    return new Response(new ReadableStream({ start: (it) => void (controller = it) }));
  });
  stream.start();
  await settle();
  assert.equal(last(statuses), 'open');
  for (const text of [':\n\n', 'data: 1\n\n', ':\n\n']) {
    mock.timers.tick(19_000);
    controller?.enqueue(new TextEncoder().encode(text));
    await settle();
    assert.equal(last(statuses), 'open');
  }
  assert.deepEqual(events, [1]);
  mock.timers.tick(20_000);
  await settle();
  assert.deepEqual(
    { ...statuses.at(-1), retryAt: 0 },
    { kind: 'waiting', why: 'the router sends nothing', retryAt: 0 },
  );
});

test('the stream resumes after its last event, with its token, and stops permanently without a token', async (t) => {
  const answers = [new Response('id: 0.7\ndata: 1\n\n'), new Response('{"error":"no"}', { status: 401 })];
  const { stream, statuses, fetched, storage } = browser(t, async () => answers.shift() as Response);
  storage.set('podway-operator-token', 'of-the-router');
  stream.start();
  await settle();
  assert.equal(last(statuses), 'waiting');
  mock.timers.tick(2_000);
  await settle();
  assert.deepEqual(statuses.at(-1), { kind: 'refused', why: 'no' });
  assert.deepEqual(fetched.mock.calls.at(-1)?.arguments[1].headers, [
    ['last-event-id', '0.7'],
    ['authorization', 'Bearer of-the-router'],
  ]);
  mock.timers.tick(60_000);
  await settle();
  assert.equal(fetched.mock.callCount(), 2);
});

test('a stopped stream stays stopped', async (t) => {
  const { stream, statuses, fetched } = browser(t, () => Promise.reject(new TypeError('no')));
  stream.start();
  await settle();
  stream.stop();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(last(statuses), 'stopped');
  assert.equal(fetched.mock.callCount(), 1);
});
