import type { EndpointRecord, RouteRecord } from './delta.ts';

/**
 * One route on the control plane: who asks for it now, and what the workers were last told.
 * Its endpoints are ordered by pod name, namespace and port, so the order of events never shows.
 */
export class WantedRoute {
  readonly host: string;
  readonly path: string;
  readonly #byPod = new Map<string, readonly EndpointRecord[]>();
  #published: RouteRecord | undefined;

  constructor(host: string, path: string) {
    this.host = host;
    this.path = path;
  }

  /** What the workers know; undefined when they know nothing of this route. */
  get published(): RouteRecord | undefined {
    return this.#published;
  }

  add(podKey: string, endpoint: EndpointRecord): void {
    const own = this.#byPod.get(podKey);
    this.#byPod.set(podKey, own === undefined ? [endpoint] : [...own, endpoint]);
  }

  removePod(podKey: string): void {
    this.#byPod.delete(podKey);
  }

  /** Takes the present state as published. False when the workers know exactly that already. */
  publish(): boolean {
    const endpoints = ordered([...this.#byPod.values()].flat());
    const before = this.#published?.endpoints ?? [];
    if (sameEndpoints(before, endpoints)) return false;
    this.#published = endpoints.length === 0 ? undefined : { host: this.host, path: this.path, endpoints };
    return true;
  }
}

/** Manifests written by hand may repeat a uid: the first pod in order has the endpoint then. */
function ordered(endpoints: EndpointRecord[]): EndpointRecord[] {
  const ids = new Set<string>();
  return endpoints.sort(compareEndpoints).filter((it) => !ids.has(it.id) && ids.add(it.id));
}

function compareEndpoints(a: EndpointRecord, b: EndpointRecord): number {
  return compareText(a.pod, b.pod) || compareText(a.namespace, b.namespace) || a.port - b.port;
}

/** By code units: the same on every machine, whatever its locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function sameEndpoints(a: readonly EndpointRecord[], b: readonly EndpointRecord[]): boolean {
  return a.length === b.length && a.every((it, index) => sameEndpoint(it, b[index]));
}

function sameEndpoint(a: EndpointRecord, b: EndpointRecord | undefined): boolean {
  return (
    b !== undefined &&
    a.id === b.id &&
    a.condition === b.condition &&
    a.pod === b.pod &&
    a.namespace === b.namespace
  );
}
