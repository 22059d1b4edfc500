import { wildcardAround } from '../wiring/certificate-names.ts';
import { type HeldCertificate, isValid, namesOf } from './held-certificate.ts';

const NO_CERTIFICATES: readonly HeldCertificate[] = [];

/** All certificates that podway holds, by namespace and name, and by id. */
export class CertificateIndex {
  readonly #byName = new Map<string, Map<string, HeldCertificate[]>>();
  readonly #byId = new Map<string, Set<HeldCertificate>>();
  /** Number of certificates with each name, in all namespaces. */
  readonly #names = new Map<string, number>();
  /** Exact names, by the wildcard that covers them. */
  readonly #around = new Map<string, Set<string>>();
  /** No certificate becomes valid or expires before this time, in milliseconds since 1970. It may be too early. */
  #nextTurn = Number.POSITIVE_INFINITY;
  #judgedAt = 0;

  add(held: HeldCertificate): void {
    const { namespace, certificate } = held;
    let names = this.#byName.get(namespace);
    if (names === undefined) this.#byName.set(namespace, (names = new Map()));
    for (const name of namesOf(held)) {
      names.set(name, [...(names.get(name) ?? NO_CERTIFICATES), held]);
      this.#countName(name, 1);
    }
    let sameId = this.#byId.get(certificate.id);
    if (sameId === undefined) this.#byId.set(certificate.id, (sameId = new Set()));
    sameId.add(held);
    this.#nextTurn = Math.min(this.#nextTurn, turnAfter(held, this.#judgedAt));
  }

  delete(held: HeldCertificate): void {
    const { namespace, certificate } = held;
    const names = this.#byName.get(namespace);
    for (const name of namesOf(held)) {
      const left = names?.get(name)?.filter((it) => it !== held) ?? NO_CERTIFICATES;
      if (left.length > 0) names?.set(name, left as HeldCertificate[]);
      else names?.delete(name);
      this.#countName(name, -1);
    }
    if (names?.size === 0) this.#byName.delete(namespace);
    const sameId = this.#byId.get(certificate.id);
    sameId?.delete(held);
    if (sameId?.size === 0) this.#byId.delete(certificate.id);
  }

  /** The certificates of a namespace that have exactly this name. */
  named(namespace: string, name: string): readonly HeldCertificate[] {
    return this.#byName.get(namespace)?.get(name) ?? NO_CERTIFICATES;
  }

  /** The certificates of a namespace that cover a host. For a wildcard: those with exactly this name. */
  covering(namespace: string, host: string): readonly HeldCertificate[] {
    const exact = this.named(namespace, host);
    const wildcard = wildcardAround(host);
    const around = wildcard === undefined ? NO_CERTIFICATES : this.named(namespace, wildcard);
    if (around.length === 0) return exact;
    return exact.length === 0 ? around : [...new Set([...exact, ...around])];
  }

  withId(id: string): Iterable<HeldCertificate> {
    return this.#byId.get(id) ?? NO_CERTIFICATES;
  }

  hasId(id: string): boolean {
    return this.#byId.has(id);
  }

  /** True when a certificate of any namespace has this name. */
  has(name: string): boolean {
    return this.#names.has(name);
  }

  names(): Iterable<string> {
    return this.#names.keys();
  }

  /** Exact names of certificates that this wildcard covers: they have one label in place of the star. */
  around(wildcard: string): Iterable<string> {
    return this.#around.get(wildcard) ?? [];
  }

  /**
   * When the next certificate becomes valid or expires, in milliseconds since 1970; it may be too early. Infinity:
   * never.
   */
  get nextTurn(): number {
    return this.#nextTurn;
  }

  /**
   * The certificates that became valid or expired since the last call.
   *
   * @param now milliseconds since 1970
   */
  turned(now: number): HeldCertificate[] {
    const before = this.#judgedAt;
    this.#judgedAt = now;
    // When the clock was set back, validity may have changed in the other direction, so all certificates are checked.
    if (now < this.#nextTurn && now >= before) return [];
    const turned: HeldCertificate[] = [];
    this.#nextTurn = Number.POSITIVE_INFINITY;
    for (const all of this.#byId.values()) {
      for (const held of all) {
        if (isValid(held, before) !== isValid(held, now)) turned.push(held);
        this.#nextTurn = Math.min(this.#nextTurn, turnAfter(held, now));
      }
    }
    return turned;
  }

  #countName(name: string, change: number): void {
    const count = (this.#names.get(name) ?? 0) + change;
    const wildcard = wildcardAround(name);
    if (count > 0) this.#names.set(name, count);
    else this.#names.delete(name);
    if (wildcard === undefined) return;
    let around = this.#around.get(wildcard);
    if (around === undefined) this.#around.set(wildcard, (around = new Set()));
    if (count > 0) around.add(name);
    else around.delete(name);
    if (around.size === 0) this.#around.delete(wildcard);
  }
}

function turnAfter({ certificate }: HeldCertificate, now: number): number {
  if (certificate.notBefore > now) return certificate.notBefore;
  return certificate.notAfter > now ? certificate.notAfter : Number.POSITIVE_INFINITY;
}
