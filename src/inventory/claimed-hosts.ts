import { isBelow } from '../grants/hosts-around.ts';
import type { ChangedGrants } from '../grants/host-grants.ts';

/** Hosts processed between two yields. */
const YIELD_EVERY = 500;

/**
 * Which pods declare which hosts, granted or not. When grants change, podway checks the pods of the hosts concerned
 * again.
 */
export class ClaimedHosts {
  readonly #pods = new Map<string, Set<string>>();
  readonly #hosts = new Map<string, readonly string[]>();

  /**
   * @param key of the pod, see `keyOf`
   * @param hosts that the pod declares now, without duplicates
   */
  set(key: string, hosts: readonly string[]): void {
    const before = this.#hosts.get(key) ?? [];
    for (const host of before) if (!hosts.includes(host)) this.#forget(host, key);
    for (const host of hosts) {
      const pods = this.#pods.get(host);
      if (pods === undefined) this.#pods.set(host, new Set([key]));
      else pods.add(key);
    }
    if (hosts.length > 0) this.#hosts.set(key, hosts);
    else this.#hosts.delete(key);
  }

  /**
   * The keys of the pods that declare a host for which these grants may matter. Yields after a bounded number of hosts.
   */
  *touchedBy(changed: ChangedGrants): Generator<void, ReadonlySet<string>> {
    if (changed === 'all') return new Set(this.#hosts.keys());
    const touched = new Set<string>();
    const touch = (host: string): void => {
      for (const key of this.#pods.get(host) ?? []) touched.add(key);
    };
    for (const host of changed) touch(host);
    if (![...changed].some((host) => host.startsWith('*.'))) return touched;
    let count = 0;
    for (const host of this.#pods.keys()) {
      if (++count % YIELD_EVERY === 0) yield;
      if (isBelow(host, changed)) touch(host);
    }
    return touched;
  }

  #forget(host: string, key: string): void {
    const pods = this.#pods.get(host);
    pods?.delete(key);
    if (pods?.size === 0) this.#pods.delete(host);
  }
}
