import type { KeyCounts } from '../boundary/figures.ts';
import type { RouteDelta } from '../boundary/delta.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Milliseconds without a request after which a key counts as no longer used. */
const UNUSED_AFTER = 600_000;
/** Maximum number of namespaces whose refusals are logged; further namespaces are only in the metrics. */
const MAX_NAMESPACES = 1_000;
/** Maximum number of log lines about refusals at once. */
const MAX_LINES = 50;

interface Refusals {
  missing: number;
  wrong: number;
  repeated: number;
  byPod: number;
  /** Time in milliseconds before which no further line is logged. */
  quietUntil: number;
}

interface Field {
  /** Whether the key was last logged as in use or as not used; undefined: not logged yet. */
  used: boolean | undefined;
  /** Time in milliseconds of the last report with a use of the key, or of the first delta with the field. */
  lastAt: number;
}

/**
 * Logs requests that were refused for their key, by namespace and at most once per LOG_INTERVAL. For namespaces with several keys, it
 * also logs which keys come into use and which are no longer used. It names the fields of Secrets, never the keys.
 */
export class KeyLog {
  readonly #logger: Logger;
  readonly #interval: number;
  readonly #refusals = new Map<string, Refusals>();
  /** State by namespace and field, only for namespaces with several keys. */
  readonly #rotations = new Map<string, Map<string, Field>>();

  /** `interval` in milliseconds. */
  constructor(logger: Logger, interval: number) {
    this.#logger = logger;
    this.#interval = interval;
  }

  /** Call it with every published delta. `now` is in milliseconds, as in all methods. */
  follow({ reset, keys, keysRemoved }: RouteDelta, now: number): void {
    if (reset) this.#rotations.clear();
    for (const namespace of keysRemoved) {
      this.#rotations.delete(namespace);
      this.#refusals.delete(namespace);
    }
    for (const { namespace, fields } of keys) {
      const before = this.#rotations.get(namespace);
      if (fields.length < 2) this.#rotations.delete(namespace);
      else this.#rotations.set(namespace, fieldsOf(fields, before, now));
    }
  }

  /** Call it with all counts that a worker sent. */
  take(counts: readonly KeyCounts[], now: number): void {
    for (const it of counts) {
      this.#noteUses(it, now);
      this.#noteRefusals(it, now);
    }
    this.#reportRefusals(now);
  }

  /** Logs what had to wait for the end of an interval. Call it about once a second. */
  check(now: number): void {
    this.#reportRefusals(now);
    for (const [namespace, fields] of this.#rotations) {
      for (const [field, state] of fields) {
        if (state.used === false || now - state.lastAt < UNUSED_AFTER) continue;
        state.used = false;
        const minutes = UNUSED_AFTER / 60_000;
        this.#logger.info({ namespace, field, minutes }, 'key not used for some time');
      }
    }
  }

  #noteUses({ namespace, uses }: KeyCounts, now: number): void {
    const fields = this.#rotations.get(namespace);
    if (fields === undefined) return;
    for (const [field] of uses) {
      const state = fields.get(field);
      if (state === undefined) continue;
      state.lastAt = now;
      if (state.used === true) continue;
      state.used = true;
      this.#logger.info({ namespace, field }, 'key in use');
    }
  }

  #noteRefusals({ namespace, missing, wrong, repeated, byPod }: KeyCounts, now: number): void {
    let refusals = this.#refusals.get(namespace);
    if (refusals === undefined) {
      // Refusals by pods are logged only together with refusals for keys.
      if (missing + wrong + repeated === 0 || this.#refusals.size >= MAX_NAMESPACES) return;
      refusals = { missing: 0, wrong: 0, repeated: 0, byPod: 0, quietUntil: now };
      this.#refusals.set(namespace, refusals);
    }
    refusals.missing += missing;
    refusals.wrong += wrong;
    refusals.repeated += repeated;
    refusals.byPod += byPod;
  }

  #reportRefusals(now: number): void {
    let lines = 0;
    for (const [namespace, refusals] of this.#refusals) {
      if (now < refusals.quietUntil) continue;
      const { missing, wrong, repeated, byPod } = refusals;
      if (missing + wrong + repeated === 0) {
        this.#refusals.delete(namespace);
        continue;
      }
      if (lines === MAX_LINES) break;
      lines += 1;
      this.#logger.warn({ namespace, missing, wrong, repeated, byPod }, 'requests refused for their key');
      Object.assign(refusals, {
        missing: 0,
        wrong: 0,
        repeated: 0,
        byPod: 0,
        quietUntil: now + this.#interval,
      });
    }
  }
}

function fieldsOf(
  names: readonly string[],
  before: ReadonlyMap<string, Field> | undefined,
  now: number,
): Map<string, Field> {
  return new Map(names.map((name) => [name, before?.get(name) ?? { used: undefined, lastAt: now }]));
}
