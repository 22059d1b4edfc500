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

const MOST = 10_000_000;
const NAMES = { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' };

/** The longest time that a thread works on a change without interruption, in milliseconds. */
export interface Stretch {
  readonly main: number;
  readonly worker: number;
  /** All work of both threads for the change. */
  readonly all: number;
  /** Messages to a worker. */
  readonly parts: number;
}

/**
 * What a change costs each thread: the bench calls the same code as podway, step by step in this thread, and serializes
 * the messages between threads as `postMessage` does.
 */
export class Stretches {
  readonly #inventory = new Inventory({
    ...INVENTORY_OPTIONS,
    maxRoutesPerPod: MOST,
    maxRoutesPerNamespace: MOST,
    maxRoutes: MOST,
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
      this.#inventory.pods({ type: 'init-apply', object: this.#read(pod, 'ready') });
    this.#inventory.pods({ type: 'init-done' });
    this.#change();
  }

  flip(pod: number, condition: 'ready' | 'unready'): Stretch {
    return this.#after({ type: 'apply', object: this.#read(pod, condition) });
  }

  remove(pod: number): Stretch {
    return this.#after({ type: 'delete', object: this.#read(pod, 'ready') });
  }

  /** A worker starts and gets the whole table. */
  start(): Stretch {
    const table = routeTable();
    const main: number[] = [];
    const whole = timed(main, () => this.#inventory.whole());
    return this.#apply(partsOf(whole, 500), table, main);
  }

  #after(event: ClusterEvent<Pod>): Stretch {
    this.#inventory.pods(event);
    return this.#change();
  }

  #change(): Stretch {
    const main: number[] = [];
    const changes = this.#inventory.changes(Date.now());
    for (;;) {
      const { done, value } = timed(main, () => changes.next());
      if (!done) continue;
      if (value === undefined) throw new Error('nothing changed');
      for (const { delta } of partsOf(value, 200)) timed(main, () => this.#metrics.follow(delta));
      return this.#apply(partsOf(value, 500), this.#table, main);
    }
  }

  #apply(parts: Generator<DeltaPart, void>, table: RouteTable, main: number[]): Stretch {
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
    const all = main.concat(worker).reduce((sum, it) => sum + it, 0);
    return { main: longestOf(main), worker: longestOf(worker), all, parts: count };
  }

  #read(pod: number, condition: 'ready' | 'unready'): Pod {
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
