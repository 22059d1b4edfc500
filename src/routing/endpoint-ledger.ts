import type { EndpointRecord } from './delta.ts';
import { newHealth } from './ejection.ts';
import type { Endpoint } from './route.ts';

interface Entry {
  readonly endpoint: Endpoint;
  /** Routes that have it in rotation. */
  routes: number;
}

/** Which endpoints are in rotation, each once: what is observed about them outlives changes of their routes. */
export class EndpointLedger {
  readonly #entries = new Map<string, Entry>();
  readonly #released = new Set<string>();

  *endpoints(): IterableIterator<Endpoint> {
    for (const { endpoint } of this.#entries.values()) yield endpoint;
  }

  acquire(record: EndpointRecord): Endpoint {
    let entry = this.#entries.get(record.id);
    if (entry === undefined) {
      const { id, uid, namespace, pod, address, port } = record;
      entry = { endpoint: { id, uid, namespace, pod, address, port, health: newHealth() }, routes: 0 };
      this.#entries.set(id, entry);
    }
    entry.routes++;
    return entry.endpoint;
  }

  release(endpoint: Endpoint): void {
    const entry = this.#entries.get(endpoint.id);
    if (entry !== undefined && --entry.routes === 0) this.#released.add(endpoint.id);
  }

  /** Forgets and returns the endpoints that were released and not acquired again since the last call. */
  sweep(): Endpoint[] {
    const gone: Endpoint[] = [];
    for (const id of this.#released) {
      const entry = this.#entries.get(id);
      if (entry === undefined || entry.routes > 0) continue;
      this.#entries.delete(id);
      gone.push(entry.endpoint);
    }
    this.#released.clear();
    return gone;
  }
}
