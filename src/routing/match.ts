import type { PathViews } from '../wiring/path.ts';
import { PrefixTree } from './prefix-tree.ts';
import type { Redirect, Route } from './route.ts';

/** What view B finds: one prefix in view B may stand for several routes (`/a` and `/a;x`). */
interface Mark {
  readonly kind: 'route' | 'redirect';
  readonly pathB: string;
}

/** The routes of one host. Only the table changes it. */
export class HostRoutes {
  /** Canonical, or `*.example.com`. */
  readonly host: string;
  readonly #routes = new Map<string, Route>();
  /** How many routes share a prefix in view B. */
  readonly #sharing = new Map<string, number>();
  readonly #treeA: PrefixTree<Route | Redirect>;
  readonly #treeB: PrefixTree<Mark>;

  constructor(host: string, pathMatch: 'segment' | 'prefix') {
    this.host = host;
    this.#treeA = new PrefixTree(pathMatch === 'segment');
    this.#treeB = new PrefixTree(pathMatch === 'segment');
  }

  get size(): number {
    return this.#routes.size;
  }

  get(path: string): Route | undefined {
    return this.#routes.get(path);
  }

  routes(): IterableIterator<Route> {
    return this.#routes.values();
  }

  set(route: Route): void {
    if (!this.#routes.has(route.path)) this.#mark(route.pathB);
    this.#routes.set(route.path, route);
    this.#treeA.setPrefix(route.path, route);
    if (hasBareForm(route.path)) this.#treeA.setExact(bareForm(route.path), { kind: 'redirect', route });
  }

  delete(path: string): void {
    const route = this.#routes.get(path);
    if (route === undefined) return;
    this.#routes.delete(path);
    this.#treeA.setPrefix(path, undefined);
    if (hasBareForm(path)) this.#treeA.setExact(bareForm(path), undefined);
    this.#unmark(route.pathB);
  }

  findA(path: string): Route | Redirect | undefined {
    return this.#treeA.find(path);
  }

  findB(path: string): Mark | undefined {
    return this.#treeB.find(path);
  }

  #mark(pathB: string): void {
    const sharing = this.#sharing.get(pathB) ?? 0;
    this.#sharing.set(pathB, sharing + 1);
    if (sharing > 0) return;
    this.#treeB.setPrefix(pathB, { kind: 'route', pathB });
    if (hasBareForm(pathB)) this.#treeB.setExact(bareForm(pathB), { kind: 'redirect', pathB });
  }

  #unmark(pathB: string): void {
    const sharing = (this.#sharing.get(pathB) ?? 0) - 1;
    if (sharing > 0) {
      this.#sharing.set(pathB, sharing);
      return;
    }
    this.#sharing.delete(pathB);
    this.#treeB.setPrefix(pathB, undefined);
    if (hasBareForm(pathB)) this.#treeB.setExact(bareForm(pathB), undefined);
  }
}

/**
 * The route that serves a path: the longest prefix; a redirect for exactly `/a` when `/a/` is a route and `/a` is not.
 *
 * A pod may read the path more laxly than we do. So both views have to choose the same route: where view B would come out
 * elsewhere, the request is 'ambiguous' (answer 400). A path that reads the same in both views is looked up once.
 */
export function match(host: HostRoutes, views: PathViews): Route | Redirect | 'ambiguous' | undefined {
  const found = host.findA(views.a);
  if (views.a === views.b) return found;
  const mark = host.findB(views.b);
  if (found === undefined) return mark === undefined ? undefined : 'ambiguous';
  const { pathB } = found.kind === 'route' ? found : found.route;
  return mark?.kind === found.kind && mark.pathB === pathB ? found : 'ambiguous';
}

/** `/a/` is also asked for as `/a`; `/` has no such form. */
function hasBareForm(path: string): boolean {
  return path.length > 1 && path.endsWith('/');
}

function bareForm(path: string): string {
  return path.slice(0, -1);
}
