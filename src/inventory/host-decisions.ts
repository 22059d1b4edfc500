import { wildcardAround } from '../wiring/certificate-names.ts';
import type { CertificateIndex } from './certificate-index.ts';
import { choose, type HeldCertificate, OPERATOR_NAMESPACE } from './held-certificate.ts';
import type { HostNamespaces } from './host-namespaces.ts';

/**
 * Whether the chain of a certificate leads to a CA that podway accepts for hosts of the operator; undefined: not known
 * yet.
 */
export type Trust = (held: HeldCertificate) => boolean | undefined;

const NO_CERTIFICATES: readonly HeldCertificate[] = [];
/** Hosts processed between two yields. */
const YIELD_EVERY = 50;

/**
 * Decides which certificates podway serves for each host. The first of these that exists is used:
 *
 * 1. a file of the operator that names the host itself
 * 2. certificates of the namespaces that route the host (see `choose`). Where a wildcard of the operator covers the
 *    host, only those with a trusted chain count
 * 3. the wildcard of the operator
 *
 * There is a decision for every host of a route and for every name of a certificate. For any other host podway uses the
 * decision for the wildcard that covers it, or the operator's default.
 */
export class HostDecisions {
  readonly #index: CertificateIndex;
  readonly #namespaces: HostNamespaces;
  readonly #trust: Trust;
  readonly #decided = new Map<string, readonly HeldCertificate[]>();
  readonly #dirty = new Set<string>();
  /** Wildcards whose covered hosts must be decided again: the hosts of these namespaces, or all of them (OPERATOR). */
  readonly #around = new Map<string, Set<string>>();

  constructor(index: CertificateIndex, namespaces: HostNamespaces, trust: Trust) {
    this.#index = index;
    this.#namespaces = namespaces;
    this.#trust = trust;
  }

  /** The certificates for a host. Empty: it has none. Undefined: neither a route nor a certificate names it. */
  of(host: string): readonly HeldCertificate[] | undefined {
    return this.#decided.get(host);
  }

  /** Every host that a route or a certificate names. */
  all(): Iterable<[string, readonly HeldCertificate[]]> {
    return this.#decided;
  }

  /** The decision for the host may be out of date. */
  touch(host: string): void {
    this.#dirty.add(host);
  }

  /**
   * A certificate with that name was added or removed, or its validity or trust changed. Decisions may change for the
   * hosts that it covers and its namespace routes.
   */
  nameChanged(namespace: string, name: string): void {
    this.#dirty.add(name);
    if (!name.startsWith('*.')) return;
    let namespaces = this.#around.get(name);
    if (namespaces === undefined) this.#around.set(name, (namespaces = new Set()));
    namespaces.add(namespace);
  }

  /**
   * Makes decisions again where they may be out of date. Calls `decided` with every such host, wildcards first. Yields
   * after a bounded number of hosts.
   *
   * @param now milliseconds since 1970
   */
  *settle(now: number, decided: (host: string) => void): Generator<void, void> {
    const exact = new Set<string>();
    let count = 0;
    for (const host of this.#dirty) {
      if (!host.startsWith('*.')) exact.add(host);
      else if (this.#decide(host, now)) this.#around.set(host, new Set([OPERATOR_NAMESPACE]));
    }
    for (const [wildcard, namespaces] of this.#around) {
      for (const host of this.#hostsAround(wildcard, namespaces)) {
        exact.add(host);
        if (++count % YIELD_EVERY === 0) yield;
      }
    }
    for (const host of this.#dirty) if (host.startsWith('*.')) decided(host);
    for (const host of exact) {
      this.#decide(host, now);
      decided(host);
      if (++count % YIELD_EVERY === 0) yield;
    }
    this.#dirty.clear();
    this.#around.clear();
  }

  /** Exact hosts whose decision may depend on a wildcard certificate of these namespaces. */
  *#hostsAround(wildcard: string, namespaces: ReadonlySet<string>): Generator<string, void> {
    if (namespaces.has(OPERATOR_NAMESPACE)) yield* this.#namespaces.around(wildcard);
    else for (const it of namespaces) yield* this.#namespaces.aroundOf(wildcard, it);
    // Names of certificates without a route of exactly this host: a wildcard route may serve them.
    for (const name of this.#index.around(wildcard)) if (!this.#namespaces.has(name)) yield name;
  }

  /** Returns true when the decision differs from the one before. */
  #decide(host: string, now: number): boolean {
    const before = this.of(host) ?? NO_CERTIFICATES;
    const isKnown = this.#index.has(host) || this.#namespaces.has(host);
    const decision = isKnown ? this.#decisionOn(host, now) : NO_CERTIFICATES;
    if (isKnown) this.#decided.set(host, decision);
    else this.#decided.delete(host);
    return before.length !== decision.length || before.some((it, at) => it !== decision[at]);
  }

  #decisionOn(host: string, now: number): readonly HeldCertificate[] {
    // For a wildcard host, the operator's certificate of that name is step 3 and not step 1: the operator covers hosts
    // with it, and a trusted certificate of a namespace comes before it.
    const isWildcard = host.startsWith('*.');
    const own = isWildcard ? NO_CERTIFICATES : this.#index.named(OPERATOR_NAMESPACE, host);
    if (own.length > 0) return choose(host, own, now);
    const tenants = [...this.#namespaces.of(host)].flatMap((it) => this.#index.covering(it, host));
    const wildcard = isWildcard ? host : wildcardAround(host);
    const around = wildcard === undefined ? NO_CERTIFICATES : this.#index.named(OPERATOR_NAMESPACE, wildcard);
    const trusted = around.length === 0 ? tenants : tenants.filter((it) => this.#trust(it) === true);
    return choose(host, trusted.length > 0 ? trusted : around, now);
  }
}
