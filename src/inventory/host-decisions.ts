import { wildcardAround } from '../wiring/certificate-names.ts';
import type { CertificateIndex } from './certificate-index.ts';
import { choose, type HeldCertificate, OPERATOR } from './held-certificate.ts';
import type { HostNamespaces } from './host-namespaces.ts';

/** Whether a chain leads to a CA that may speak for a host of the operator's; undefined: not known yet. */
export type Trust = (held: HeldCertificate) => boolean | undefined;

const NONE: readonly HeldCertificate[] = [];
/** Hosts between two pauses. */
const STEP = 50;

/**
 * Which certificates each host is served with, by one rule:
 *
 * 1. an operator's file that names the host itself
 * 2. certificates of the namespaces that route the host (see `choose`); where an operator's wildcard covers the host, only
 *    those whose chain is trusted
 * 3. the operator's wildcard
 *
 * Hosts are those of routes, and the names of certificates: a host that has neither is served by the wildcard around it,
 * which is one of them, or by the operator's default.
 */
export class HostDecisions {
  readonly #index: CertificateIndex;
  readonly #namespaces: HostNamespaces;
  readonly #trust: Trust;
  readonly #decided = new Map<string, readonly HeldCertificate[]>();
  readonly #dirty = new Set<string>();
  /** Wildcards of whose hosts some may be decided wrong by now: those of these namespaces, or all of them (OPERATOR). */
  readonly #around = new Map<string, Set<string>>();

  constructor(index: CertificateIndex, namespaces: HostNamespaces, trust: Trust) {
    this.#index = index;
    this.#namespaces = namespaces;
    this.#trust = trust;
  }

  /** Empty: it has none of its own. Undefined: neither a route nor a certificate names it. */
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

  /** A certificate of that name came, went or turned: it matters where its namespace routes what it covers. */
  nameChanged(namespace: string, name: string): void {
    this.#dirty.add(name);
    if (!name.startsWith('*.')) return;
    let namespaces = this.#around.get(name);
    if (namespaces === undefined) this.#around.set(name, (namespaces = new Set()));
    namespaces.add(namespace);
  }

  /** Decides again where it may be wrong; calls `decided` with every such host, wildcards first. */
  *settle(now: number, decided: (host: string) => void): Generator<void, void> {
    const exact = new Set<string>();
    let count = 0;
    for (const host of this.#dirty) {
      if (!host.startsWith('*.')) exact.add(host);
      else if (this.#decide(host, now)) this.#around.set(host, new Set([OPERATOR]));
    }
    for (const [wildcard, namespaces] of this.#around) {
      for (const host of this.#hostsAround(wildcard, namespaces)) {
        exact.add(host);
        if (++count % STEP === 0) yield;
      }
    }
    for (const host of this.#dirty) if (host.startsWith('*.')) decided(host);
    for (const host of exact) {
      this.#decide(host, now);
      decided(host);
      if (++count % STEP === 0) yield;
    }
    this.#dirty.clear();
    this.#around.clear();
  }

  /** Exact hosts for which a wildcard certificate of these namespaces may count. */
  *#hostsAround(wildcard: string, namespaces: ReadonlySet<string>): Generator<string, void> {
    if (namespaces.has(OPERATOR)) yield* this.#namespaces.around(wildcard);
    else for (const it of namespaces) yield* this.#namespaces.aroundOf(wildcard, it);
    // Names of certificates that are routed by a wildcard.
    for (const name of this.#index.around(wildcard)) if (!this.#namespaces.has(name)) yield name;
  }

  /** True when it is another decision than before. */
  #decide(host: string, now: number): boolean {
    const before = this.of(host) ?? NONE;
    const isKnown = this.#index.has(host) || this.#namespaces.has(host);
    const decision = isKnown ? this.#decisionOn(host, now) : NONE;
    if (isKnown) this.#decided.set(host, decision);
    else this.#decided.delete(host);
    return before.length !== decision.length || before.some((it, at) => it !== decision[at]);
  }

  #decisionOn(host: string, now: number): readonly HeldCertificate[] {
    // A wildcard stands for the hosts that it covers, and is what the operator covers them with.
    const isWildcard = host.startsWith('*.');
    const own = isWildcard ? NONE : this.#index.named(OPERATOR, host);
    if (own.length > 0) return choose(host, own, now);
    const tenants = [...this.#namespaces.of(host)].flatMap((it) => this.#index.covering(it, host));
    const wildcard = isWildcard ? host : wildcardAround(host);
    const around = wildcard === undefined ? NONE : this.#index.named(OPERATOR, wildcard);
    const trusted = around.length === 0 ? tenants : tenants.filter((it) => this.#trust(it) === true);
    return choose(host, trusted.length > 0 ? trusted : around, now);
  }
}
