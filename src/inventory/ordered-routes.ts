import { compareRoutes } from '../wiring/order.ts';
import type { DeclaredRoute } from './declared-route.ts';

/** Maximum number of routes in a chunk: few enough to move, and enough to keep the number of chunks small. */
const MAX_CHUNK_SIZE = 256;

/**
 * Routes in the order of host and path. They are in chunks; each chunk is ordered and comes before the next. With
 * 100,000 routes, adding, removing and finding the n-th route take some microseconds.
 */
export class OrderedRoutes {
  #chunks: DeclaredRoute[][] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(route: DeclaredRoute): void {
    const at = Math.min(this.#chunkOf(route), Math.max(0, this.#chunks.length - 1));
    const chunk = this.#chunks[at];
    this.#size += 1;
    if (chunk === undefined) {
      this.#chunks.push([route]);
      return;
    }
    chunk.splice(placeIn(chunk, route), 0, route);
    if (chunk.length > MAX_CHUNK_SIZE) this.#chunks.splice(at + 1, 0, chunk.splice(MAX_CHUNK_SIZE / 2));
  }

  delete(route: DeclaredRoute): void {
    const at = this.#chunkOf(route);
    const chunk = this.#chunks[at];
    const place = chunk === undefined ? 0 : placeIn(chunk, route);
    if (chunk?.[place] !== route) return;
    this.#size -= 1;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** The route at this position, counted from 0. */
  at(rank: number): DeclaredRoute | undefined {
    let before = 0;
    for (const chunk of this.#chunks) {
      if (rank < before + chunk.length) return chunk[rank - before];
      before += chunk.length;
    }
    return undefined;
  }

  /** Yields this route and all that follow it; without an argument, all routes. */
  *from(route?: DeclaredRoute): Generator<DeclaredRoute, void> {
    const first = route === undefined ? 0 : this.#chunkOf(route);
    for (let at = first; at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] ?? [];
      const place = at === first && route !== undefined ? placeIn(chunk, route) : 0;
      for (let index = place; index < chunk.length; index++) yield chunk[index] as DeclaredRoute;
    }
  }

  /** Index of the first chunk whose last route does not come before this one. */
  #chunkOf(route: DeclaredRoute): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.#chunks[middle]?.at(-1);
      if (last !== undefined && compareRoutes(last, route) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Number of routes in the chunk that come before this one. */
function placeIn(chunk: readonly DeclaredRoute[], route: DeclaredRoute): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareRoutes(chunk[middle] as DeclaredRoute, route) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
