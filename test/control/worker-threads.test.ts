import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type StartWorker, startWorker, type WorkerThread } from '../../src/control/worker-thread.ts';
import { Workers } from '../../src/control/workers.ts';
import type { RouteDelta } from '../../src/boundary/delta.ts';
import { ok, Origin, until } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { delta, recordsOf } from '../fixtures/table-delta.ts';
import { workerSettings } from '../fixtures/settings.ts';

/** An address that only this process uses, so that a fixed port is free there. */
const ADDRESS = `127.${(process.pid >> 8) & 0xff || 1}.${process.pid & 0xff}.200`;
const PORT = 18_080;
const GET = 'GET / HTTP/1.1\r\nHost: t.local\r\n\r\n';

/** More routes than one part has. */
const MANY = 2_500;

function tableFor(port: number): RouteDelta {
  const endpoint = {
    namespace: 'shop',
    pod: 'web-1',
    address: '127.0.0.1',
    port,
    condition: 'ready',
  } as const;
  const route = { host: 't.local', path: '/', endpoints: [{ uid: 'u', ...endpoint }] };
  return delta({ reset: true, ...recordsOf([route]) });
}

/** Real threads, whose handles are kept so that a test can kill one. */
class WorkerHarness {
  readonly threads: WorkerThread[] = [];
  /** Connections that each worker has accepted. */
  readonly accepted = new Map<number, number>();
  readonly workers: Workers;
  readonly #origin: Origin;

  constructor(count: number, origin: Origin, table = () => tableFor(origin.port)) {
    this.#origin = origin;
    const start: StartWorker = (data, listener) => {
      const thread = startWorker(data, listener);
      this.threads.push(thread);
      return thread;
    };
    this.workers = new Workers({
      count,
      settings: workerSettings({ address: ADDRESS, port: PORT, reusePort: count > 1 }),
      start,
      logger: pino({ level: 'silent' }),
      table,
      listener: {
        report: (worker, part) => {
          if (part.kind !== 'figures') return;
          const before = this.accepted.get(worker) ?? 0;
          this.accepted.set(worker, before + part.figures.scalars.downstream_connections_accepted);
        },
        incidents: () => undefined,
        spans: () => undefined,
        tunnelsRefused: () => undefined,
        gone: () => undefined,
        applied: () => undefined,
        fatal: ({ message }) => assert.fail(message),
      },
    });
    this.workers.start();
  }

  async ready(revision = 1): Promise<void> {
    while (!this.workers.states().every(({ listening, applied }) => listening && applied === revision))
      await sleep(5);
  }

  /** This many requests, each on its own connection; the kernel distributes them. */
  async visit(times: number): Promise<void> {
    for (let visit = 0; visit < times; visit += 1) {
      using client = await RawClient.connect(PORT, ADDRESS);
      assert.equal((await client.exchange(GET)).status, 200);
    }
    await this.workers.collect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workers.stop();
    await this.#origin.close();
  }
}

test('two workers share the port, and both drain; a killed worker is replaced and gets the whole table, while connections of the other worker continue (PR-10)', async () => {
  await using harness = new WorkerHarness(2, await Origin.start('web'));
  await harness.ready();
  await harness.visit(64);
  assert.ok([0, 1].every((worker) => (harness.accepted.get(worker) ?? 0) > 0));
  assert.equal((harness.accepted.get(0) ?? 0) + (harness.accepted.get(1) ?? 0), 64);
  harness.accepted.clear();
  const kept = await Promise.all(Array.from({ length: 32 }, () => RawClient.connect(PORT, ADDRESS)));
  for (const client of kept) assert.equal((await client.exchange(GET)).status, 200);
  await harness.workers.collect();
  const others = harness.accepted.get(0) ?? 0;
  assert.ok(others > 0 && others < 32);

  await harness.threads[1]?.terminate();
  const replies = await Promise.allSettled(kept.map((client) => client.exchange(GET)));
  assert.equal(replies.filter(({ status }) => status === 'fulfilled').length, others);
  for (const client of kept) client.close();

  await harness.ready();
  assert.equal(harness.threads.length, 3);
  harness.accepted.clear();
  await harness.visit(64);
  assert.ok((harness.accepted.get(1) ?? 0) > 0);
  assert.equal(await harness.workers.drain(), 0);
  await assert.rejects(RawClient.connect(PORT, ADDRESS), { code: 'ECONNREFUSED' });
});

/** The routes of this table, and many more paths with the set of the first one. */
function manyRoutes(port: number, name: string): Pick<RouteDelta, 'endpoints' | 'sets' | 'routes'> {
  const { endpoints, sets, routes } = tableFor(port);
  const set = sets[0]?.set ?? assert.fail();
  const more = Array.from({ length: MANY }, (_, at) => ({ host: 't.local', path: `/${name}${at}`, set }));
  return { endpoints, sets, routes: [...routes, ...more] };
}

test('a table and a change reach a worker in many parts; a running request ends at the pod where it began', async () => {
  const gate = Promise.withResolvers<void>();
  const origin = await Origin.start('web', [until(gate.promise), ok('first')]);
  const next = await Origin.start('next');
  try {
    const table = delta({ reset: true, ...manyRoutes(origin.port, 'old') });
    await using harness = new WorkerHarness(2, origin, () => table);
    await harness.ready();
    const held = await RawClient.connect(PORT, ADDRESS);
    const running = held.exchange(GET.replace(' /', ` /old${MANY - 1}`));
    await origin.connection(0);
    const change = delta({
      revision: 2,
      ...manyRoutes(next.port, 'new'),
      removed: table.routes.slice(1),
      setsGone: table.sets.map(({ set }) => set),
      endpointsGone: table.endpoints.map(({ number }) => number),
    });
    harness.workers.publish(change);
    await harness.ready(2);
    using client = await RawClient.connect(PORT, ADDRESS);
    const statuses: number[] = [];
    for (const path of [`/new${MANY - 1}`, '/', '/new0'])
      statuses.push((await client.exchange(GET.replace(' /', ` ${path}`))).status);
    assert.deepEqual(statuses, [200, 200, 200]);
    // The more specific route is gone, and the less specific one answers.
    const answer = await client.exchange(GET.replace(' /', ` /old${MANY - 1}`));
    assert.equal(answer.value('x-origin'), 'next');
    gate.resolve();
    assert.equal((await running).text.endsWith('first'), true);
    held.close();
  } finally {
    await next.close();
  }
});
