import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Endpoint } from '../../routing/endpoint.ts';
import { authoritiesIn } from '../../wiring/authorities.ts';

/** Milliseconds between two looks at the file. */
const LOOK_PERIOD = 10_000;

/** Milliseconds for which a session is resumed, even if the pod allows more. */
const SESSION_TIME = 300_000;

interface Session {
  readonly session: Buffer;
  readonly until: number;
}

/**
 * Whom certificates of pods must come from: the authorities of a file of PEM certificates, which may change while podway
 * runs, or those that Node trusts.
 */
export class PodTrust {
  readonly #file: string;
  readonly #now: () => number;
  #context: SecureContext | undefined;
  /** Given under the context of now: a resumed session is not verified again. */
  #sessions = new WeakMap<Endpoint, Session>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #changed = '';

  /**
   * @param file empty: what Node trusts
   * @param now milliseconds
   */
  constructor(file: string, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  /** As of a few seconds ago. While the file cannot be read or holds no certificate, its earlier contents count. */
  context(): SecureContext {
    const now = this.#now();
    if (this.#file !== '' && now - this.#lookedAt >= LOOK_PERIOD) {
      this.#lookedAt = now;
      this.#look();
    }
    // Of a file that could never be read: an empty list, so that no certificate is trusted.
    this.#context ??= createSecureContext(this.#file === '' ? {} : { ca: [] });
    return this.#context;
  }

  /** The one that the pod gave last, while it is young enough to trust what was verified then. */
  session(endpoint: Endpoint): Buffer | undefined {
    const kept = this.#sessions.get(endpoint);
    return kept !== undefined && this.#now() < kept.until ? kept.session : undefined;
  }

  /** @param verified under this context */
  keep(endpoint: Endpoint, session: Buffer, verified: SecureContext): void {
    if (verified === this.#context)
      this.#sessions.set(endpoint, { session, until: this.#now() + SESSION_TIME });
  }

  #look(): void {
    try {
      const { mtimeMs, ino, size } = statSync(this.#file);
      const changed = `${mtimeMs} ${ino} ${size}`;
      if (changed === this.#changed) return;
      const authorities = authoritiesIn(readFileSync(this.#file, 'latin1'));
      if (authorities === undefined) return;
      this.#context = createSecureContext({ ca: [...authorities] });
      this.#sessions = new WeakMap();
      this.#changed = changed;
    } catch {
      // The next look may find it whole again: a mounted Secret is replaced in two steps.
    }
  }
}
