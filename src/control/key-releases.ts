import type { Clock } from '../cluster/clock.ts';
import type { KeyRelease } from '../inventory/deleted-secrets.ts';

interface Waiting {
  readonly release: KeyRelease;
  /** Time of the clock at which the keys are released, in milliseconds. */
  readonly at: number;
}

/** Waits before the keys of a deleted Secret are released. All releases wait equally long, so they are due in order. */
export class KeyReleases {
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #due: (release: KeyRelease) => void;
  /** Releases by namespace. If a Secret is deleted again, its wait starts again, after all others. */
  readonly #waiting = new Map<string, Waiting>();
  #cancel: (() => void) | undefined;
  #stopped = false;

  /** @param delay milliseconds */
  constructor(clock: Clock, delay: number, due: (release: KeyRelease) => void) {
    this.#clock = clock;
    this.#delay = delay;
    this.#due = due;
  }

  begin(releases: readonly KeyRelease[]): void {
    if (this.#stopped) return;
    for (const release of releases) {
      this.#waiting.delete(release.namespace);
      this.#waiting.set(release.namespace, { release, at: this.#clock.now() + this.#delay });
    }
    this.#wait();
  }

  /** Milliseconds until the keys of a namespace whose Secret is deleted are released; 0 if they are due. */
  opensIn(namespace: string): number {
    const waiting = this.#waiting.get(namespace);
    return waiting === undefined ? 0 : Math.max(0, waiting.at - this.#clock.now());
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#waiting.clear();
  }

  #wait(): void {
    if (this.#cancel !== undefined) return;
    const [first] = this.#waiting.values();
    if (first === undefined) return;
    this.#cancel = this.#clock.alarm(Math.max(0, first.at - this.#clock.now()), () => {
      this.#cancel = undefined;
      this.#ring();
      this.#wait();
    });
  }

  #ring(): void {
    const now = this.#clock.now();
    for (const [namespace, { release, at }] of this.#waiting) {
      if (at > now) return;
      this.#waiting.delete(namespace);
      this.#due(release);
    }
  }
}
