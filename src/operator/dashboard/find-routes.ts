import type { Insight } from '../../control/overview.ts';
import type { PublishedRoute } from '../../inventory/inventory.ts';
import { TopItems } from './top-items.ts';
import type { FoundRoutes } from './route-documents.ts';
import { compareCounted, routeRow } from './route-rows.ts';
import type { Verdicts } from './verdicts.ts';

export interface RouteSearch {
  /** Words in lower case. Each must be a part of the host and path, of a namespace or of the name of a pod. */
  readonly words: readonly string[];
  readonly limit: number;
}

const MINUTES = 15;

/** Maximum number of characters of a search. */
const MAX_SEARCH_LENGTH = 256;
const MAX_LIMIT = 500;
const DEFAULT_LIMIT = 100;

export function readSearch(query: URLSearchParams): RouteSearch | { readonly problem: string } {
  const search = query.get('search') ?? '';
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT);
  if (search.length > MAX_SEARCH_LENGTH)
    return { problem: `expected in search: at most ${MAX_SEARCH_LENGTH} characters` };
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > MAX_LIMIT)
    return { problem: `expected in limit: a number from 1 to ${MAX_LIMIT}` };
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((it) => it !== '');
  return { words, limit: Number(limit) };
}

/** The routes that match the search, those with the most requests first, with their counts of the last quarter of an hour. */
export function findRoutes(
  { inventory, recent }: Insight,
  verdicts: Verdicts,
  { words, limit }: RouteSearch,
): FoundRoutes {
  const now = performance.now();
  const first = new TopItems<Found>(limit, compareCounted);
  const endpoints = new SearchedEndpoints();
  let total = 0;
  for (const route of inventory.published()) {
    total += 1;
    const { host, path, published } = route;
    const name = `${host}${path}`.toLowerCase();
    if (!words.every((word) => name.includes(word) || endpoints.have(published, word))) continue;
    const { requests, clientErrors, serverErrors } = recent.routes.sum(route, MINUTES, now);
    first.add({ host, path, requests, clientErrors, serverErrors, route });
  }
  const found = first.rows((it) => routeRow(it.route, it, verdicts));
  return { revision: inventory.revision, total, found: found.total, rows: found.rows };
}

interface Found extends Pick<PublishedRoute, 'host' | 'path'> {
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  readonly route: PublishedRoute;
}

type Endpoints = PublishedRoute['published'];

/** Searches words in namespaces and names of pods, once for all routes with the same endpoints. */
class SearchedEndpoints {
  readonly #known = new Map<Endpoints, Map<string, boolean>>();

  have(endpoints: Endpoints, word: string): boolean {
    let known = this.#known.get(endpoints);
    if (known === undefined) this.#known.set(endpoints, (known = new Map()));
    let has = known.get(word);
    if (has === undefined) known.set(word, (has = within(endpoints, word)));
    return has;
  }
}

function within({ namespaces, endpoints }: Endpoints, word: string): boolean {
  return namespaces.some((it) => it.includes(word)) || endpoints.some(({ pod }) => pod.includes(word));
}
