import type { EndpointOptions } from '../boundary/route-options.ts';
import { newConnectionBehaviour } from './connection-behaviour.ts';
import { type EndpointRecord, endpointId } from '../boundary/delta.ts';
import { newHealth } from './ejection.ts';
import type { Endpoint } from './endpoint.ts';
import type { LiveEndpointOptions } from './live-endpoint-options.ts';
import type { Options } from './options.ts';

interface Entry {
  readonly endpoint: Endpoint;
  /** Number of members that use it. */
  members: number;
}

/**
 * The endpoints in rotation, each once, so that what podway has observed of them outlives changes of their routes. An
 * endpoint that left with running exchanges is remembered until they end. If it comes back before, it is the same
 * object again.
 */
export class EndpointRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #released = new Set<Entry>();
  readonly #leaving = new Map<string, Entry>();
  readonly #defaults: EndpointOptions;
  readonly #plain: LiveEndpointOptions;
  readonly #options: Options;
  readonly #clock: { readonly now: number };

  /**
   * @param defaults for options that a pod does not declare
   * @param clock milliseconds, monotonic
   */
  constructor(defaults: EndpointOptions, options: Options, clock: { readonly now: number }) {
    this.#defaults = defaults;
    this.#plain = options.endpoint(defaults);
    this.#options = options;
    this.#clock = clock;
  }

  /** Milliseconds, monotonic. */
  get now(): number {
    return this.#clock.now;
  }

  /** The endpoints in rotation, then those that left and still have running exchanges. */
  *endpoints(): IterableIterator<Endpoint> {
    for (const { endpoint } of this.#entries.values()) yield endpoint;
    for (const [key, { endpoint }] of this.#leaving) {
      if (endpoint.health.inFlight > 0) yield endpoint;
      else this.#leaving.delete(key);
    }
  }

  /** The endpoint with this name among `endpoints`. */
  endpoint({ id, namespace, pod }: Pick<Endpoint, 'id' | 'namespace' | 'pod'>): Endpoint | undefined {
    const key = keyOf(id, { namespace, pod });
    return (this.#entries.get(key) ?? this.#leaving.get(key))?.endpoint;
  }

  /**
   * @param readySince when the endpoint became ready, in milliseconds of the worker's clock. Ignored if it is in
   * rotation already.
   */
  acquire(record: EndpointRecord, readySince = this.now): Endpoint {
    const key = keyOf(endpointId(record), record);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = this.#leaving.get(key) ?? newEntry(record, this.#optionsOf(record));
      entry.endpoint.health.gone = false;
      entry.endpoint.readySince = readySince;
      this.#leaving.delete(key);
      this.#entries.set(key, entry);
    }
    entry.endpoint.secondAddress = record.secondAddress;
    entry.members++;
    return entry.endpoint;
  }

  #optionsOf({ options }: EndpointRecord): LiveEndpointOptions {
    return options === undefined
      ? this.#plain
      : this.#options.endpoint({
          ...this.#defaults,
          ...options.endpoint,
        });
  }

  release(endpoint: Endpoint): void {
    const entry = this.#entries.get(keyOf(endpoint.id, endpoint));
    if (entry !== undefined && --entry.members === 0) this.#released.add(entry);
  }

  /** Forgets and returns the endpoints that were released since the last call and not acquired again. */
  sweep(): Endpoint[] {
    const gone: Endpoint[] = [];
    for (const entry of this.#released) {
      const { endpoint, members } = entry;
      const key = keyOf(endpoint.id, endpoint);
      if (members > 0 || !this.#entries.delete(key)) continue;
      endpoint.health.gone = true;
      if (endpoint.health.inFlight > 0) this.#leaving.set(key, entry);
      gone.push(endpoint);
    }
    this.#released.clear();
    return gone;
  }
}

function newEntry(record: EndpointRecord, options: LiveEndpointOptions): Entry {
  const { uid, namespace, pod, address, secondAddress, port } = record;
  const observed = {
    health: newHealth(),
    behaviour: newConnectionBehaviour(),
    counts: undefined,
    readySince: 0,
    stickyValue: '',
  };
  const place = { id: endpointId(record), uid, namespace, pod, address, secondAddress, port };
  const endpoint = { ...place, options, ...observed };
  return { endpoint, members: 0 };
}

/** The id alone would be enough, if manifests written by hand never repeated a uid. */
function keyOf(id: string, { namespace, pod }: { readonly namespace: string; readonly pod: string }): string {
  return `${namespace}/${pod}|${id}`;
}
