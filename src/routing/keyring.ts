import { timingSafeEqual } from 'node:crypto';
import type { KeyCounts } from '../boundary/figures.ts';

/** The keys of one namespace at one worker, and counts of the keys that requests presented. */
export class Keyring {
  readonly namespace: string;
  /** SHA-256 of the accepted header values; empty: no value is accepted. */
  readonly #digests: readonly Uint8Array[];
  /** The field of the Secret, for each digest. */
  readonly #fields: readonly string[];
  readonly #uses: number[];
  #missing = 0;
  #wrong = 0;
  #repeated = 0;
  #byPod = 0;
  #isTouched = false;
  /** The keyrings with counts to report, each once; shared by all keyrings of a worker. */
  readonly #touched: Keyring[];

  constructor(touched: Keyring[], namespace: string, keys: readonly (readonly [Uint8Array, string])[]) {
    this.#touched = touched;
    this.namespace = namespace;
    this.#digests = keys.map(([digest]) => digest);
    this.#fields = keys.map(([, field]) => field);
    this.#uses = keys.map(() => 0);
  }

  get digests(): readonly Uint8Array[] {
    return this.#digests;
  }

  /**
   * The place of the key with this digest; -1: there is none. It compares all digests, so that the duration does not
   * reveal which one matched.
   */
  find(presented: Uint8Array): number {
    let fitting = -1;
    for (let at = 0; at < this.#digests.length; at += 1) {
      if (timingSafeEqual(this.#digests[at] as Uint8Array, presented)) fitting = at;
    }
    return fitting;
  }

  /** A request passed with the key at this place. */
  accepted(at: number): void {
    this.#touch();
    this.#uses[at] = (this.#uses[at] as number) + 1;
  }

  /** A request with this number of key header lines was refused. */
  refused(lines: number): void {
    this.#touch();
    if (lines === 0) this.#missing += 1;
    else if (lines === 1) this.#wrong += 1;
    else this.#repeated += 1;
  }

  /** A pod of the namespace answered 403. */
  refusedByPod(): void {
    this.#touch();
    this.#byPod += 1;
  }

  take(): KeyCounts {
    const uses = this.#fields.map((field, at) => [field, this.#uses[at] ?? 0] as const);
    const counts = {
      namespace: this.namespace,
      missing: this.#missing,
      wrong: this.#wrong,
      repeated: this.#repeated,
      byPod: this.#byPod,
      uses: uses.filter(([, count]) => count > 0),
    };
    this.#isTouched = false;
    this.#missing = 0;
    this.#wrong = 0;
    this.#repeated = 0;
    this.#byPod = 0;
    this.#uses.fill(0);
    return counts;
  }

  #touch(): void {
    if (this.#isTouched) return;
    this.#isTouched = true;
    this.#touched.push(this);
  }
}

/** Represents, by identity, the keys of a namespace for which podway does not know whether it has any. */
export const UNKNOWN_KEYS = new Keyring([], '', []);
