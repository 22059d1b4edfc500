import type { CertificateDelta, CertificateRecord } from '../boundary/certificates.ts';
import { compareText } from '../wiring/order.ts';
import { CertificateIndex } from './certificate-index.ts';
import { type CertificateChecks, rejectionsOf } from './certificate-rejections.ts';
import {
  type CertificateSource,
  CertificateSources,
  type SourceChange,
  sourceKey,
} from './certificate-sources.ts';
import { type HeldCertificate, namesOf } from './held-certificate.ts';
import { HostDecisions } from './host-decisions.ts';
import type { HostNamespaces } from './host-namespaces.ts';
import { PublishedCertificates } from './published-certificates.ts';
import type { Rejections } from './rejections.ts';

/** A certificate as `/routes` lists it: without its key. */
export interface ListedCertificate {
  /** Empty for a file of podway's own folder. */
  readonly namespace: string;
  /** Name of the Secret or file. */
  readonly source: string;
  readonly pair: string;
  /** SHA-256 of its chain. */
  readonly id: string;
  readonly keyKind: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** A host with its certificates. */
export interface ListedHost {
  readonly host: string;
  readonly certificates: readonly ListedCertificate[];
}

/**
 * The certificates of Secrets and of podway's own folder, and which host is served with which of them (see
 * `HostDecisions`). A change costs work in proportion to the hosts and certificates that it concerns.
 */
export class TlsCertificates {
  readonly #namespaces: HostNamespaces;
  readonly #rejections: Rejections;
  readonly #sources = new CertificateSources();
  #files = new Map<string, CertificateSource>();
  readonly #index = new CertificateIndex();
  readonly #decisions: HostDecisions;
  readonly #published: PublishedCertificates;
  /** Whether the chain is trusted, by id; an id that is missing is unknown. */
  readonly #trusted = new Map<string, boolean>();
  readonly #questions = new Map<string, CertificateRecord>();
  #verdicts = new Map<string, boolean>();
  /** Keys of sources whose rejections may have changed. */
  readonly #unchecked = new Set<string>();

  constructor(namespaces: HostNamespaces, rejections: Rejections) {
    this.#namespaces = namespaces;
    this.#rejections = rejections;
    this.#decisions = new HostDecisions(this.#index, namespaces, (held) => this.#isTrusted(held));
    this.#published = new PublishedCertificates((host) => this.#decisions.of(host));
  }

  /** A Secret or a file was added, deleted or changed. */
  changed(previous: CertificateSource | undefined, next: CertificateSource | undefined): void {
    this.#sources.changed(previous, next);
  }

  /** Sets the current content of podway's own folder. */
  files(files: readonly CertificateSource[]): void {
    const gone = this.#files;
    this.#files = new Map(files.map((file) => [file.name, file]));
    for (const file of files) {
      gone.delete(file.name);
      this.#sources.changed(undefined, file);
    }
    for (const file of gone.values()) this.#sources.changed(file, undefined);
  }

  /** Certificates whose chains the caller must verify; see `judged`. */
  takeQuestions(): CertificateRecord[] {
    const questions = [...this.#questions.values()];
    this.#questions.clear();
    return questions;
  }

  /** Requests that all chains are verified again. Until then the earlier results count. */
  repeatQuestions(): void {
    for (const id of this.#trusted.keys()) {
      const [held] = this.#index.withId(id);
      if (held !== undefined) this.#questions.set(id, held.certificate);
    }
  }

  /** @param trusted the chain leads to a CA that podway accepts for hosts that a wildcard of the operator covers */
  judged(id: string, trusted: boolean): void {
    this.#verdicts.set(id, trusted);
  }

  /** When a certificate becomes valid or expires next, in milliseconds since 1970; may be too early. Infinity: never. */
  get nextTurn(): number {
    return this.#index.nextTurn;
  }

  /**
   * The differences from what the workers have. Yields after every bounded piece of work. What changes meanwhile
   * belongs to the next call, which must begin after this one has ended.
   *
   * @param now milliseconds since 1970
   * @param synced whether everything that decides routes has been listed. Before that, no certificate is rejected: a
   *   pod that is not listed yet may declare its hosts
   */
  *take(now: number, synced: boolean): Generator<void, CertificateDelta> {
    const verdicts = this.#verdicts;
    this.#verdicts = new Map();
    for (const held of this.#index.turned(now)) this.#touch(held);
    for (const change of yield* this.#sources.take()) {
      yield* this.#replace(change);
    }
    for (const [id, trusted] of verdicts) this.#settleTrust(id, trusted);
    yield* this.#routesChanged();
    yield* this.#decisions.settle(now, (host) => {
      this.#published.changed(host);
      for (const namespace of this.#namespaces.of(host)) this.#recheck(namespace, host);
    });
    const delta = yield* this.#published.take();
    if (synced) yield* this.#judge(now);
    return delta;
  }

  /** Everything that the workers have, for a new worker. */
  whole(): CertificateDelta {
    return this.#published.whole();
  }

  /** Number of certificates that the workers have. */
  get size(): number {
    return this.#published.size;
  }

  /**
   * When the first certificate of each source expires, in milliseconds since 1970. Sources without certificates are
   * left out.
   */
  ends(): { readonly namespace: string; readonly source: string; readonly notAfter: number }[] {
    return Array.from(this.#sources.all()).flatMap(({ source: { namespace, name: source }, held }) => {
      const notAfter = Math.min(...held.map(({ certificate }) => certificate.notAfter));
      return held.length === 0 ? [] : [{ namespace, source, notAfter }];
    });
  }

  /** Every host that has certificates, sorted for display. */
  listing(): ListedHost[] {
    const hosts: ListedHost[] = [];
    for (const [host, decision] of this.#decisions.all()) {
      if (decision.length > 0) hosts.push({ host, certificates: decision.map(listed) });
    }
    return hosts.sort((a, b) => compareText(a.host, b.host));
  }

  *#replace({ key, before, now }: SourceChange): Generator<void, void> {
    const old = new Set(before?.held);
    const held = new Set(now?.held);
    for (const it of old) if (!held.has(it)) this.#remove(it);
    for (const it of held) {
      if (old.has(it)) continue;
      this.#index.add(it);
      this.#touch(it);
      yield;
    }
    this.#unchecked.add(key);
  }

  #remove(held: HeldCertificate): void {
    this.#index.delete(held);
    this.#touch(held);
    if (!this.#index.hasId(held.certificate.id)) this.#trusted.delete(held.certificate.id);
  }

  #touch(held: HeldCertificate): void {
    for (const name of namesOf(held)) this.#decisions.nameChanged(held.namespace, name);
    this.#unchecked.add(sourceKey({ namespace: held.namespace, name: held.source }));
  }

  #isTrusted({ certificate }: HeldCertificate): boolean | undefined {
    const known = this.#trusted.get(certificate.id);
    if (known === undefined) this.#questions.set(certificate.id, certificate);
    return known;
  }

  #settleTrust(id: string, trusted: boolean): void {
    if (!this.#index.hasId(id)) return;
    this.#trusted.set(id, trusted);
    for (const held of this.#index.withId(id)) this.#touch(held);
  }

  *#routesChanged(): Generator<void, void> {
    const changed = this.#namespaces.takeChanged();
    let count = 0;
    const touch = (host: string, namespaces: ReadonlySet<string>): void => {
      this.#decisions.touch(host);
      for (const namespace of namespaces) this.#recheck(namespace, host);
      // These namespaces lose the host to a more specific route, or get it back.
      for (const namespace of this.#namespaces.anyOf(host)) this.#recheck(namespace, host);
    };
    for (const [host, namespaces] of changed) {
      touch(host, namespaces);
      if (++count % YIELD_EVERY === 0) yield;
    }
    if (![...changed.keys()].some((host) => host.startsWith('*.'))) return;
    // A wildcard route covers names of any depth below it.
    for (const name of this.#index.names()) {
      for (let dot = name.indexOf('.', 1); dot > 0; dot = name.indexOf('.', dot + 1)) {
        const namespaces = changed.get(`*${name.slice(dot)}`);
        if (namespaces !== undefined) touch(name, namespaces);
      }
      if (++count % YIELD_EVERY === 0) yield;
    }
  }

  #recheck(namespace: string, host: string): void {
    for (const { source } of this.#index.covering(namespace, host))
      this.#unchecked.add(sourceKey({ namespace, name: source }));
  }

  *#judge(now: number): Generator<void, void> {
    const judges: CertificateChecks = {
      decisions: this.#decisions,
      namespaces: this.#namespaces,
      trust: ({ certificate }) => this.#trusted.get(certificate.id),
    };
    for (const key of this.#unchecked) {
      const read = this.#sources.get(key);
      this.#rejections.set(`Certificates/${key}`, read === undefined ? [] : rejectionsOf(read, judges, now));
      yield;
    }
    this.#unchecked.clear();
  }
}

/** Hosts processed between two yields. */
const YIELD_EVERY = 100;

function listed({ certificate, namespace, source, pair }: HeldCertificate): ListedCertificate {
  const { id, keyKind, notBefore, notAfter } = certificate;
  return { namespace, source, pair, id, keyKind, notBefore, notAfter };
}
