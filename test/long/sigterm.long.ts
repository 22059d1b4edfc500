import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Podway, startPodway } from '../process/podway.ts';
import { KeepAliveClient } from '../fixtures/keep-alive-client.ts';
import { parameter, printFigures } from '../fixtures/load/figures.ts';
import { LoadPod } from '../fixtures/load/load-pod.ts';

const TIMES = parameter('TIMES', 20);
const REQUESTS = parameter('REQUESTS', 1_000);
const CONNECTIONS = 64;
/** Milliseconds between two readiness checks of the load balancer, and between two batches of its requests. */
const PROBE = 100;
const PACE = 10;

/** The load balancer in front of two routers. It sends new requests to the routers that were ready at its last check. */
class Balancer implements Disposable {
  requests = 0;
  /** Requests that were not sent because no connection was free: this process had too little CPU time. */
  unsent = 0;
  readonly failures: string[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #idle = new Map<Podway, KeepAliveClient[]>();
  readonly #ready = new Set<Podway>();
  readonly #timers: NodeJS.Timeout[];
  readonly began = performance.now();
  #sent = 0;
  #turn = 0;

  constructor(routers: readonly Podway[]) {
    for (const router of routers) this.add(router);
    this.#timers = [setInterval(() => void this.#probe(), PROBE), setInterval(() => this.#sendDue(), PACE)];
  }

  add(router: Podway): void {
    this.#idle.set(
      router,
      Array.from({ length: CONNECTIONS }, () => new KeepAliveClient(router.port, router.address)),
    );
    this.#ready.add(router);
  }

  remove(router: Podway): void {
    this.#ready.delete(router);
    for (const client of this.#idle.get(router) ?? []) client.close();
    this.#idle.delete(router);
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#running);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const clients of this.#idle.values()) for (const client of clients) client.close();
  }

  async #probe(): Promise<void> {
    for (const router of this.#idle.keys()) {
      const status = await router.admin('/readyz').then(
        (reply) => reply.status,
        () => 0,
      );
      if (status === 200 && this.#idle.has(router)) this.#ready.add(router);
      else this.#ready.delete(router);
    }
  }

  /** Sends all requests that are due since the start, even if the timer is late. */
  #sendDue(): void {
    const due = ((performance.now() - this.began) / 1_000) * REQUESTS;
    for (; this.#sent < due; this.#sent += 1) this.#send();
  }

  #send(): void {
    const ready = [...this.#ready];
    this.#turn += 1;
    const router = ready[this.#turn % ready.length];
    const idle = router && this.#idle.get(router);
    const client = idle?.pop();
    if (idle === undefined || client === undefined) {
      this.unsent += 1;
      return;
    }
    this.requests += 1;
    const running = this.#ask(client).finally(() => {
      this.#running.delete(running);
      idle.push(client);
    });
    this.#running.add(running);
  }

  async #ask(client: KeepAliveClient): Promise<void> {
    try {
      const { status, body } = await client.get('t.local');
      if (status !== 200) this.failures.push(`${status} ${body}`);
    } catch (error) {
      this.failures.push(String(error));
    }
  }
}

test(`SIGTERM ${TIMES} times under ${REQUESTS} requests a second fails no request (PR-01, PR-18)`, async (t) => {
  using pod = await LoadPod.start((_request, response) => setTimeout(() => response.end('well'), 5));
  const start = async (): Promise<Podway> => {
    const podway = await startPodway({
      manifests: { 'pod.json': pod.manifest },
      env: { DRAIN_DELAY: '1s', DRAIN_TIMEOUT: '10s' },
    });
    await podway.until(200);
    return podway;
  };
  await using stableRouter = await start();
  let stoppingRouter = await start();
  using balancer = new Balancer([stableRouter, stoppingRouter]);
  let slowest = 0;
  try {
    for (let time = 0; time < TIMES; time += 1) {
      await sleep(500);
      const began = performance.now();
      stoppingRouter.kill('SIGTERM');
      assert.equal((await stoppingRouter.ended).code, 0);
      slowest = Math.max(slowest, performance.now() - began);
      balancer.remove(stoppingRouter);
      await stoppingRouter[Symbol.asyncDispose]();
      stoppingRouter = await start();
      balancer.add(stoppingRouter);
    }
    await balancer.stop();
  } finally {
    await stoppingRouter[Symbol.asyncDispose]();
  }
  printFigures(t, {
    times: TIMES,
    requests: balancer.requests,
    'requests/s': (balancer.requests / (performance.now() - balancer.began)) * 1_000,
    unsent: balancer.unsent,
    failed: balancer.failures.length,
    'ms of the slowest shutdown': slowest,
  });
  assert.deepEqual(balancer.failures.slice(0, 5), []);
});
