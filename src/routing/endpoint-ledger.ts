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
  readonly #released = new Set<Entry>();

  *endpoints(): IterableIterator<Endpoint> {
    for (const { endpoint } of this.#entries.values()) yield endpoint;
  }

  acquire(record: EndpointRecord): Endpoint {
    const key = keyOf(record);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      const { id, uid, namespace, pod, address, port } = record;
      entry = { endpoint: { id, uid, namespace, pod, address, port, health: newHealth() }, routes: 0 };
      this.#entries.set(key, entry);
    }
    entry.routes++;
    return entry.endpoint;
  }

  release(endpoint: Endpoint): void {
    const entry = this.#entries.get(keyOf(endpoint));
    if (entry !== undefined && --entry.routes === 0) this.#released.add(entry);
  }

  /** Forgets and returns the endpoints that were released and not acquired again since the last call. */
  sweep(): Endpoint[] {
    const gone: Endpoint[] = [];
    for (const { endpoint, routes } of this.#released) {
      if (routes === 0 && this.#entries.delete(keyOf(endpoint))) gone.push(endpoint);
    }
    this.#released.clear();
    return gone;
  }
}

/** The id alone would do if manifests written by hand never repeated a uid. */
function keyOf({ id, namespace, pod }: Endpoint | EndpointRecord): string {
  return `${namespace}/${pod}|${id}`;
}
