import { deserialize, serialize } from 'node:v8';
import { type DeltaPart, partsOf } from '../../src/inventory/delta-parts.ts';
import type { ClusterEvent } from '../../src/inventory/event.ts';
import { Inventory } from '../../src/inventory/inventory.ts';
import type { RouteTable } from '../../src/routing/table.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { type Pod, readPod } from '../../src/wiring/pod.ts';
import { routeTable } from '../../test/fixtures/route-table.ts';
import { INVENTORY_OPTIONS } from '../../test/fixtures/inventory-options.ts';
import { type FlipPods, manifestOf } from './pods.ts';

const NO_LIMIT = 10_000_000;
const NAMES = { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' };

/** The longest time that a thread works on a change without interruption, in milliseconds. */
export interface ChangeCost {
  readonly main: number;
  readonly worker: number;
  /** All work of both threads for the change. */
  readonly total: number;
  /** Messages to a worker. */
  readonly parts: number;
}

/**
 * What a change costs each thread: the bench calls the same code as podway, step by step in this thread, and serializes
 * the messages between threads as `postMessage` does.
 */
export class ChangeCosts {
  readonly #inventory = new Inventory({
    ...INVENTORY_OPTIONS,
    maxRoutesPerPod: NO_LIMIT,
    maxRoutesPerNamespace: NO_LIMIT,
    maxRoutes: NO_LIMIT,
  });
  readonly #metrics = new Metrics('0');
  readonly #table = routeTable();
  readonly #pods: FlipPods;

  constructor(pods: FlipPods) {
    this.#pods = pods;
    this.#inventory.secrets({ type: 'init' });
    this.#inventory.secrets({ type: 'init-done' });
    this.#inventory.pods({ type: 'init' });
    for (let pod = 0; pod < pods.pods; pod += 1)
      this.#inventory.pods({ type: 'init-apply', object: this.#podOf(pod, 'ready') });
    this.#inventory.pods({ type: 'init-done' });
    this.#measureChanges();
  }

  flip(pod: number, condition: 'ready' | 'unready'): ChangeCost {
    return this.#applyEvent({ type: 'apply', object: this.#podOf(pod, condition) });
  }

  remove(pod: number): ChangeCost {
    return this.#applyEvent({ type: 'delete', object: this.#podOf(pod, 'ready') });
  }

  /** A worker starts and gets the whole table. */
  startWorker(): ChangeCost {
    const table = routeTable();
    const main: number[] = [];
    const whole = timed(main, () => this.#inventory.whole());
    return this.#applyParts(partsOf(whole, 500), table, main);
  }

  #applyEvent(event: ClusterEvent<Pod>): ChangeCost {
    this.#inventory.pods(event);
    return this.#measureChanges();
  }

  #measureChanges(): ChangeCost {
    const main: number[] = [];
    const changes = this.#inventory.changes(Date.now());
    for (;;) {
      const { done, value } = timed(main, () => changes.next());
      if (!done) continue;
      if (value === undefined) throw new Error('nothing changed');
      for (const { delta } of partsOf(value, 200)) timed(main, () => this.#metrics.follow(delta));
      return this.#applyParts(partsOf(value, 500), this.#table, main);
    }
  }

  #applyParts(parts: Generator<DeltaPart, void>, table: RouteTable, main: number[]): ChangeCost {
    const worker: number[] = [];
    let count = 0;
    for (;;) {
      const message = timed(main, () => {
        const { done, value } = parts.next();
        return done ? undefined : { bytes: serialize(value.delta), more: value.more };
      });
      if (message === undefined) break;
      count += 1;
      timed(worker, () => table.apply(deserialize(message.bytes), message.more));
    }
    const total = main.concat(worker).reduce((sum, it) => sum + it, 0);
    return { main: longestOf(main), worker: longestOf(worker), total, parts: count };
  }

  #podOf(pod: number, condition: 'ready' | 'unready'): Pod {
    const read = readPod(manifestOf(pod, condition, this.#pods), NAMES);
    if (read === undefined) throw new Error('no pod');
    return read;
  }
}

function longestOf(times: readonly number[]): number {
  return times.reduce((longest, it) => Math.max(longest, it), 0);
}

function timed<T>(times: number[], work: () => T): T {
  const before = performance.now();
  const result = work();
  times.push(performance.now() - before);
  return result;
}
