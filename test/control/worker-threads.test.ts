import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { type StartWorker, startWorker, type WorkerThread } from '../../src/control/worker-thread.ts';
import { Workers } from '../../src/control/workers.ts';
import type { RouteDelta } from '../../src/routing/delta.ts';
import { Origin } from '../rig/origin.ts';
import { RawClient } from '../rig/raw-client.ts';
import { delta, tellsOf } from '../rig/table-delta.ts';
import { dataPlaneSettings } from '../rig/settings.ts';

/** An address of this process alone, so that a fixed port is free. */
const ADDRESS = `127.${(process.pid >> 8) & 0xff || 1}.${process.pid & 0xff}.200`;
const PORT = 18_080;
const GET = 'GET / HTTP/1.1\r\nHost: t.local\r\n\r\n';

function tableFor(port: number): RouteDelta {
  const endpoint = {
    namespace: 'shop',
    pod: 'web-1',
    address: '127.0.0.1',
    port,
    condition: 'ready',
  } as const;
  const route = { host: 't.local', path: '/', endpoints: [{ uid: 'u', ...endpoint }] };
  return delta({ reset: true, ...tellsOf([route]) });
}

/** Real threads, whose handles are kept so that a test can kill one. */
class Rig {
  readonly threads: WorkerThread[] = [];
  /** Connections that each worker has accepted. */
  readonly accepted = new Map<number, number>();
  readonly workers: Workers;
  readonly #origin: Origin;

  constructor(count: number, origin: Origin) {
    this.#origin = origin;
    const start: StartWorker = (data, listener) => {
      const thread = startWorker(data, listener);
      this.threads.push(thread);
      return thread;
    };
    this.workers = new Workers({
      count,
      settings: dataPlaneSettings({ address: ADDRESS, port: PORT, reusePort: count > 1 }),
      start,
      logger: pino({ level: 'silent' }),
      table: () => tableFor(origin.port),
      report: (worker, part) => {
        if (part.kind !== 'figures') return;
        const before = this.accepted.get(worker) ?? 0;
        this.accepted.set(worker, before + part.figures.scalars.downstream_connections_accepted);
      },
      incidents: () => undefined,
      gone: () => undefined,
      applied: () => undefined,
      fatal: ({ message }) => assert.fail(message),
    });
    this.workers.start();
  }

  async ready(): Promise<void> {
    while (!this.workers.states().every(({ listening, applied }) => listening && applied === 1))
      await sleep(5);
  }

  /** So many requests, each on a connection of its own; the kernel deals them out. */
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

test('two workers share the port; both serve, and both drain', async () => {
  await using rig = new Rig(2, await Origin.start('web'));
  await rig.ready();
  await rig.visit(64);
  assert.ok([0, 1].every((worker) => (rig.accepted.get(worker) ?? 0) > 0));
  assert.equal((rig.accepted.get(0) ?? 0) + (rig.accepted.get(1) ?? 0), 64);
  assert.equal(await rig.workers.drain(), 0);
  await assert.rejects(RawClient.connect(PORT, ADDRESS), { code: 'ECONNREFUSED' });
});

test('PR-10: a killed worker is replaced with the whole table; connections of the other go on', async () => {
  await using rig = new Rig(2, await Origin.start('web'));
  await rig.ready();
  const kept = await Promise.all(Array.from({ length: 32 }, () => RawClient.connect(PORT, ADDRESS)));
  for (const client of kept) assert.equal((await client.exchange(GET)).status, 200);
  await rig.workers.collect();
  const others = rig.accepted.get(0) ?? 0;
  assert.ok(others > 0 && others < 32);

  await rig.threads[1]?.terminate();
  const replies = await Promise.allSettled(kept.map((client) => client.exchange(GET)));
  assert.equal(replies.filter(({ status }) => status === 'fulfilled').length, others);
  for (const client of kept) client.close();

  await rig.ready();
  assert.equal(rig.threads.length, 3);
  rig.accepted.clear();
  await rig.visit(64);
  assert.ok((rig.accepted.get(1) ?? 0) > 0);
});
