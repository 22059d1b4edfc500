import type { PathViews } from '../wiring/path.ts';
import { type PathMatch, PrefixTree } from './prefix-tree.ts';
import type { Redirect, Route } from './route.ts';

/** What view B finds. One prefix in view B may stand for several routes (`/a` and `/a;x`). */
export interface Mark {
  readonly kind: 'route' | 'redirect';
  readonly pathB: string;
  /** Number of routes that share the prefix. */
  readonly routes: number;
}

/** The routes of one host. Only the table changes them, and only before requests can find them. */
export class HostRoutes {
  #size = 0;
  readonly #treeA: PrefixTree<Route | Redirect>;
  readonly #treeB: PrefixTree<Mark>;

  /** @param same the new object starts with the routes of this one; after that each changes independently */
  constructor(pathMatch: PathMatch, same?: HostRoutes) {
    if (same === undefined) {
      this.#treeA = new PrefixTree(pathMatch);
      this.#treeB = new PrefixTree(pathMatch);
    } else {
      this.#size = same.#size;
      this.#treeA = same.#treeA.fork();
      this.#treeB = same.#treeB.fork();
    }
  }

  get size(): number {
    return this.#size;
  }

  get(path: string): Route | undefined {
    return this.#treeA.prefix(path) as Route | undefined;
  }

  routes(): IterableIterator<Route> {
    return this.#treeA.prefixes() as IterableIterator<Route>;
  }

  set(route: Route): void {
    if (this.get(route.path) === undefined) {
      this.#size += 1;
      this.#share(route.pathB, 1);
    }
    this.#treeA.setPrefix(route.path, route);
    if (hasBareForm(route.path)) this.#treeA.setExact(bareForm(route.path), { kind: 'redirect', route });
  }

  delete(path: string): void {
    const route = this.get(path);
    if (route === undefined) return;
    this.#size -= 1;
    this.#treeA.setPrefix(path, undefined);
    if (hasBareForm(path)) this.#treeA.setExact(bareForm(path), undefined);
    this.#share(route.pathB, -1);
  }

  /** The routes are complete for now. */
  seal(): void {
    this.#treeA.seal();
    this.#treeB.seal();
  }

  findA(path: string): Route | Redirect | undefined {
    return this.#treeA.find(path);
  }

  /** All entries that match the path in view A, the longest first: `findA` returns the first one. */
  fitting(path: string): readonly (Route | Redirect)[] {
    return this.#treeA.fitting(path);
  }

  /** The same for view B. */
  fittingB(path: string): readonly Mark[] {
    return this.#treeB.fitting(path);
  }

  findB(path: string): Mark | undefined {
    return this.#treeB.find(path);
  }

  /** One route more or less has this prefix in view B. */
  #share(pathB: string, change: 1 | -1): void {
    const before = this.#treeB.prefix(pathB)?.routes ?? 0;
    const routes = before + change;
    this.#treeB.setPrefix(pathB, routes === 0 ? undefined : { kind: 'route', pathB, routes });
    if (!hasBareForm(pathB) || (before > 0 && routes > 0)) return;
    const redirect: Mark = { kind: 'redirect', pathB, routes: 0 };
    this.#treeB.setExact(bareForm(pathB), routes === 0 ? undefined : redirect);
  }
}

/**
 * The route that serves a path: that with the longest prefix. A redirect for exactly `/a` if `/a/` is a route and `/a`
 * is not.
 *
 * A pod may read the path differently, so all readings must choose the same route. If one of them leads elsewhere, the
 * result is 'ambiguous' (answer 400). A path with only one reading is looked up once.
 */
export function match(host: HostRoutes, views: PathViews): Route | Redirect | 'ambiguous' | undefined {
  const found = host.findA(views.a);
  const { more } = views;
  if (views.a !== views.b && !isFound(found, host.findB(views.b))) return 'ambiguous';
  if (more === undefined) return found;
  const agreed =
    more.a.every((it) => host.findA(it) === found) && more.b.every((it) => isFound(found, host.findB(it)));
  return agreed ? found : 'ambiguous';
}

/** True when a path in view B finds the same as view A. */
export function isFound(found: Route | Redirect | undefined, mark: Mark | undefined): boolean {
  if (found === undefined || mark === undefined) return found === mark;
  const { pathB } = found.kind === 'route' ? found : found.route;
  return mark.kind === found.kind && mark.pathB === pathB;
}

/** `/a/` is also requested as `/a`; `/` has no such form. */
function hasBareForm(path: string): boolean {
  return path.length > 1 && path.endsWith('/');
}

function bareForm(path: string): string {
  return path.slice(0, -1);
}
