import type { Insight } from '../../control/overview.ts';
import type { PublishedRoute } from '../../inventory/inventory.ts';
import { alike } from '../../whatif/conflicts.ts';
import { differingOptions } from '../../wiring/options/shown-options.ts';
import type { RouteProblem } from './state.ts';

type Endpoints = PublishedRoute['published'];

/** What is to be said of the endpoints of a route. */
export interface Verdict {
  readonly ready: number;
  /** Of those whose node is silent. */
  readonly silent: number;
  /** Namespaces that one and the same request may reach; fewer than two: none is shared. */
  readonly shared: readonly string[];
  /** Names of the words that are not the same for all. */
  readonly words: readonly string[];
  /** Without what the route answers. */
  readonly problems: readonly RouteProblem[];
}

/** What is to be said of the endpoints of routes, at one revision: routes of the same endpoints are judged once. */
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
    const words = differ ? differingOptions(endpoints.map(({ options }) => options.text)) : [];
    const shared = namespaces.length < 2 ? [] : alike(namespaces, this.#acceptedKeys());
    let [ready, silent] = [0, 0];
    for (const { published } of endpoints) {
      ready += Number(published?.condition === 'ready');
      silent += Number(published?.condition === 'node-silent');
    }
    const problems: RouteProblem[] = [];
    // What is held for a namespace that does not ask for it has no pods that could be.
    if (ready === 0 && first !== undefined) problems.push(silent > 0 ? 'last-resort' : 'no-ready-pod');
    if (shared.length > 1) problems.push('shared');
    if (words.length > 0) problems.push('words');
    return { ready, silent, shared, words, problems };
  }

  /** Of namespaces with keys; made on demand. */
  #acceptedKeys(): Parameters<typeof alike>[1] {
    return (this.#digests ??= new Map(this.#keys.whole().keys.map((record) => [record.namespace, record])));
  }
}
