import type { PairText } from '../wiring/tls-secret.ts';
import { type HeldCertificate, OPERATOR_NAMESPACE } from './held-certificate.ts';
import { type PairReadings, readPairs } from './pair-readings.ts';

/** A source of certificates: a Secret, or a file or sub-folder of podway's own folder. */
export interface CertificateSource {
  /** The namespace of the Secret; OPERATOR for a file. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly created: number;
  readonly pairs: readonly PairText[];
  /** Number of pairs above the limit. They are not read. */
  readonly further: number;
}

/** One source, and the result of reading it. */
export interface ReadSource {
  readonly source: CertificateSource;
  readonly readings: PairReadings;
  readonly held: readonly HeldCertificate[];
}

/** A changed source before and after the change; undefined where it did not exist. */
export interface SourceChange {
  readonly key: string;
  readonly before: ReadSource | undefined;
  readonly now: ReadSource | undefined;
}

const NO_READINGS: PairReadings = new Map();

/** All sources of certificates. `changed` only notes a change; `take` reads the source. */
export class CertificateSources {
  readonly #read = new Map<string, ReadSource>();
  #changed = new Map<string, CertificateSource | undefined>();

  changed(previous: CertificateSource | undefined, next: CertificateSource | undefined): void {
    const either = next ?? previous;
    if (either !== undefined) this.#changed.set(sourceKey(either), next);
  }

  /**
   * Reads the sources that changed since the last call. Yields after every certificate and every source that it reads.
   */
  *take(): Generator<void, SourceChange[]> {
    const changed = this.#changed;
    this.#changed = new Map();
    const changes: SourceChange[] = [];
    for (const [key, source] of changed) {
      const before = this.#read.get(key);
      const now = source && (yield* readSource(source, before));
      if (now === undefined) this.#read.delete(key);
      else this.#read.set(key, now);
      changes.push({ key, before, now });
      yield;
    }
    return changes;
  }

  get(key: string): ReadSource | undefined {
    return this.#read.get(key);
  }

  all(): Iterable<ReadSource> {
    return this.#read.values();
  }
}

/** The key of a source, unique among all Secrets and files. */
export function sourceKey({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${namespace === OPERATOR_NAMESPACE ? 'File' : 'Secret'}/${namespace}/${name}`;
}

function* readSource(source: CertificateSource, before: ReadSource | undefined): Generator<void, ReadSource> {
  const same = before?.source.uid === source.uid && before.source.created === source.created;
  const readings = yield* readPairs(source.pairs, same ? before.readings : NO_READINGS);
  const known = new Map(same ? before.held.map((it) => [it.pair, it]) : []);
  const held: HeldCertificate[] = [];
  for (const [pair, { certificate }] of readings) {
    if (certificate === undefined) continue;
    const { namespace, name, created } = source;
    const old = known.get(pair);
    held.push(
      old?.certificate === certificate ? old : { certificate, namespace, source: name, pair, created },
    );
  }
  return { source, readings, held };
}
