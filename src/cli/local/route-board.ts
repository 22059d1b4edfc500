import type { ListedRoute } from '../../inventory/inventory.ts';
import { printable } from '../../wiring/rejection.ts';

const MAX_ROUTES = 50;
const MAX_CHANGES = 20;
const MAX_PODS = 6;
/** Maximum length of hosts and of lists of pods in a line, in characters. */
const MAX_LENGTH = 60;

/** Describes the routes in lines for people: first all routes, then changes. */
export class RouteBoard {
  /** The pods of each route in the form that was printed, by `host/path`. */
  #shown: ReadonlyMap<string, string> | undefined;
  readonly #whole: string;

  /** @param whole where users find all routes, printed if there are too many */
  constructor(whole: string) {
    this.#whole = whole;
  }

  /** Lines about changes since the last call; empty if there are none. */
  update(routes: readonly ListedRoute[]): string[] {
    const now = new Map(routes.map((route) => [nameOf(route), podsOf(route)]));
    const before = this.#shown;
    this.#shown = now;
    return before === undefined ? this.#table(now) : this.#changes(before, now);
  }

  #table(routes: ReadonlyMap<string, string>): string[] {
    if (routes.size === 0) return ['no pod declares a host yet: new routes are printed here'];
    const shown = [...routes].slice(0, MAX_ROUTES);
    const width = Math.max(...shown.map(([name]) => name.length));
    const lines = shown.map(([name, pods]) => `${name.padEnd(width)}  ${pods}`);
    return this.#cut(lines, routes.size - shown.length);
  }

  #changes(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
    const lines: string[] = [];
    for (const [name, pods] of now) {
      const old = before.get(name);
      if (old === undefined) lines.push(`+ ${name}  ${pods}`);
      else if (old !== pods) lines.push(`  ${name}  ${pods}`);
    }
    for (const name of before.keys()) if (!now.has(name)) lines.push(`- ${name}`);
    return this.#cut(lines.slice(0, MAX_CHANGES), lines.length - MAX_CHANGES);
  }

  #cut(lines: readonly string[], more: number): string[] {
    return more > 0 ? [...lines, `and ${more} more: ${this.#whole}`] : [...lines];
  }
}

function nameOf({ host, path }: ListedRoute): string {
  return printable(`${host}${path}`, MAX_LENGTH);
}

function podsOf({ endpoints }: ListedRoute): string {
  const pods = new Map<string, string>();
  for (const { namespace, pod, condition } of endpoints) {
    const state = condition === 'ready' ? '' : ` (${condition})`;
    pods.set(`${namespace}/${pod}`, `${printable(pod, MAX_LENGTH)}${state}`);
  }
  const shown = [...pods.values()].slice(0, MAX_PODS);
  const more = pods.size - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ') || 'no pod';
}
