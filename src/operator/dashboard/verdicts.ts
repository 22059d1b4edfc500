import type { Insight } from '../../control/overview.ts';
import type { PublishedRoute } from '../../inventory/inventory.ts';
import { alike } from '../../whatif/conflicts.ts';
import { differingOptions } from '../../wiring/options/shown-options.ts';
import type { RouteProblem } from './state.ts';

type Endpoints = PublishedRoute['published'];

/** The state of the endpoints of a route. */
export interface Verdict {
  /** Number of ready endpoints. */
  readonly ready: number;
  /** Number of endpoints whose node is silent. */
  readonly silent: number;
  /** Namespaces that the same request may reach; fewer than two: the route is not shared. */
  readonly shared: readonly string[];
  /** Names of the options that differ. */
  readonly differing: readonly string[];
  /** Problems, without `failing`, which depends on the responses. */
  readonly problems: readonly RouteProblem[];
}

/** Computes the verdicts of one revision, once for all routes with the same endpoints. */
export class Verdicts {
  readonly #keys: Insight['inventory']['keys'];
  readonly #known = new WeakMap<Endpoints, Verdict>();
  #digests: Parameters<typeof alike>[1];

  constructor(keys: Insight['inventory']['keys']) {
    this.#keys = keys;
  }

  of(endpoints: Endpoints): Verdict {
    let verdict = this.#known.get(endpoints);
    if (verdict === undefined) this.#known.set(endpoints, (verdict = this.#judge(endpoints)));
    return verdict;
  }

  #judge({ endpoints, namespaces }: Endpoints): Verdict {
    const [first] = endpoints;
    const differ = endpoints.some(({ options }) => options.text !== first?.options.text);
    const differing = differ ? differingOptions(endpoints.map(({ options }) => options.text)) : [];
    const shared = namespaces.length < 2 ? [] : alike(namespaces, this.#acceptedKeys());
    let [ready, silent] = [0, 0];
    for (const { published } of endpoints) {
      ready += Number(published?.condition === 'ready');
      silent += Number(published?.condition === 'node-silent');
    }
    const problems: RouteProblem[] = [];
    // A route that is only held for a namespace has no endpoints, so a missing ready pod is no problem.
    if (ready === 0 && first !== undefined) problems.push(silent > 0 ? 'last-resort' : 'no-ready-pod');
    if (shared.length > 1) problems.push('shared');
    if (differing.length > 0) problems.push('options');
    return { ready, silent, shared, differing, problems };
  }

  /** Key records by namespace, computed when first needed. */
  #acceptedKeys(): Parameters<typeof alike>[1] {
    return (this.#digests ??= new Map(this.#keys.whole().keys.map((record) => [record.namespace, record])));
  }
}
