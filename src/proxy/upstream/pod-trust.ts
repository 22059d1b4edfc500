import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Endpoint } from '../../routing/endpoint.ts';
import { authoritiesIn } from '../../wiring/authorities.ts';

/** Milliseconds between two checks of the file. */
const CHECK_INTERVAL = 10_000;

/** Milliseconds for which a session is resumed, even if the pod allows more. */
const SESSION_LIFETIME = 300_000;

interface Session {
  readonly session: Buffer;
  readonly until: number;
}

/**
 * The authorities that must have signed the certificates of pods: those of a file of PEM certificates, which may change
 * while podway runs, or those that Node trusts.
 */
export class PodTrust {
  readonly #file: string;
  readonly #now: () => number;
  #context: SecureContext | undefined;
  /** Sessions that pods gave under the current context: a resumed session is not verified again. */
  #sessions = new WeakMap<Endpoint, Session>();
  #lookedAt = Number.NEGATIVE_INFINITY;
  #changed = '';

  /**
   * @param file empty for the authorities that Node trusts
   * @param now returns milliseconds
   */
  constructor(file: string, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  /**
   * The authorities as of a few seconds ago. While the file cannot be read or has no certificate, its earlier contents
   * apply.
   */
  context(): SecureContext {
    const now = this.#now();
    if (this.#file !== '' && now - this.#lookedAt >= CHECK_INTERVAL) {
      this.#lookedAt = now;
      this.#look();
    }
    // If the file could never be read, the list is empty, so that no certificate is trusted.
    this.#context ??= createSecureContext(this.#file === '' ? {} : { ca: [] });
    return this.#context;
  }

  /** The session that the pod gave last, while it is young enough to trust the verification of that time. */
  session(endpoint: Endpoint): Buffer | undefined {
    const kept = this.#sessions.get(endpoint);
    return kept !== undefined && this.#now() < kept.until ? kept.session : undefined;
  }

  /** @param verified the context under which the pod's certificate was verified */
  keep(endpoint: Endpoint, session: Buffer, verified: SecureContext): void {
    if (verified === this.#context)
      this.#sessions.set(endpoint, { session, until: this.#now() + SESSION_LIFETIME });
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
      // The next check may find it whole again: a mounted Secret is replaced in two steps.
    }
  }
}
