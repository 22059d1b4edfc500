import type { Insight } from '../../control/overview.ts';
import { findRoutes, type RouteSearch } from './find-routes.ts';
import { ThrottledValue } from './throttled-value.ts';
import type { FoundRoutes } from './route-documents.ts';
import type { Verdicts } from './verdicts.ts';

/** Maximum number of remembered searches. */
const MAX_SEARCHES = 16;

/** Searches of routes. Pages repeat a search whenever the table changes, which may be often, so `Paced` limits the work. */
export class RouteSearches {
  readonly #insight: Insight;
  readonly #verdicts: () => Verdicts;
  readonly #now: () => number;
  /** Searches by their words, the least recently used first. */
  readonly #known = new Map<string, ThrottledValue<FoundRoutes>>();

  /** @param now milliseconds of performance.now() */
  constructor(insight: Insight, verdicts: () => Verdicts, now: () => number) {
    this.#insight = insight;
    this.#verdicts = verdicts;
    this.#now = now;
  }

  find(search: RouteSearch): FoundRoutes {
    const { inventory, recent } = this.#insight;
    const paced = this.#of([search.limit, ...search.words].join(' '));
    return paced.take(`${inventory.revision} ${recent.reportedAt}`, () =>
      findRoutes(this.#insight, this.#verdicts(), search),
    );
  }

  #of(key: string): ThrottledValue<FoundRoutes> {
    const paced = this.#known.get(key) ?? new ThrottledValue<FoundRoutes>(this.#now);
    this.#known.delete(key);
    this.#known.set(key, paced);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_SEARCHES) break;
      this.#known.delete(oldest);
    }
    return paced;
  }
}
