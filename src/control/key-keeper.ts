import type { Clock } from '../cluster/clock.ts';
import type { FindSecret, SourcePhase, SourceProblem } from '../cluster/source.ts';
import type { KindName } from '../cluster/kinds.ts';
import type { NamespaceKeys } from '../inventory/namespace-keys.ts';
import type { Logger } from '../telemetry/logger.ts';
import { compareText } from '../wiring/order.ts';
import { KeyLookups, type LookupOutcome } from './key-lookups.ts';
import { KeyReleases } from './key-releases.ts';

/** Maximum number of namespaces that one sentence names. */
const MAX_NAMES = 5;

export interface KeyKeeperOptions {
  readonly keys: NamespaceKeys;
  /** Undefined: the source delivers pods and Secrets together, so no lookup is needed. */
  readonly find: FindSecret | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds that the keys of a deleted Secret stay in force. */
  readonly releaseDelay: number;
  readonly lookupsPerSecond: number;
  readonly problem: (problem: SourceProblem) => void;
  /** Called when there are changes to publish. */
  readonly changed: () => void;
}

/** Figures of namespaces and their keys for the metrics. */
export interface KeyFigures {
  /** Number of namespaces of which podway does not know yet whether they have a key. */
  readonly unknown: number;
  /** Number of deleted Secrets whose keys are still in force. */
  readonly deleted: number;
  readonly lookups: Readonly<Record<LookupOutcome, number>>;
}

/** Looks up whether namespaces have a key if podway does not know it, and releases keys whose Secret is deleted. */
export class KeyKeeper {
  readonly #options: KeyKeeperOptions;
  readonly #lookups: KeyLookups | undefined;
  readonly #releases: KeyReleases;
  #touched = false;

  constructor(options: KeyKeeperOptions) {
    const { keys, find, clock, releaseDelay, lookupsPerSecond, problem, changed } = options;
    this.#options = options;
    this.#lookups =
      find &&
      new KeyLookups({
        find,
        clock,
        perSecond: lookupsPerSecond,
        isOpen: (question) => keys.isOpen(question),
        answer: (question, secret) => {
          keys.answer(question, secret);
          this.touch();
          changed();
        },
        unanswered: (question) => {
          keys.unanswered(question);
          this.touch();
          changed();
        },
        problem,
      });
    this.#releases = new KeyReleases(clock, releaseDelay, (release) => {
      keys.release(release);
      this.touch();
      changed();
    });
  }

  /** Resolves when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#releases.stop(), { once: true });
    await this.#lookups?.run(signal);
  }

  /** Call it with every state that the source reports. */
  state(kind: KindName, phase: SourcePhase): void {
    if (kind !== 'secrets') return;
    if (phase === 'listing') this.#options.keys.listRequested();
    if (phase === 'watching') this.#lookups?.retry();
  }

  /** The inventory may have changed. All changes of one turn of the event loop are handled once, at its end. */
  touch(): void {
    if (this.#touched) return;
    this.#touched = true;
    setImmediate(() => this.#check());
  }

  #check(): void {
    const { keys } = this.#options;
    this.#touched = false;
    this.#lookups?.ask(keys.takeQuestions());
    this.#releases.begin(keys.takeReleases());
    this.#reportNews();
  }

  /** Milliseconds until the keys of a namespace whose Secret is deleted are released; 0 if they are due. */
  opensIn(namespace: string): number {
    return this.#releases.opensIn(namespace);
  }

  figures(): KeyFigures {
    const { keys } = this.#options;
    return {
      // Before the first lists are complete, all namespaces are unknown, which `podway_synced` shows.
      unknown: keys.complete ? keys.unknown.size : 0,
      deleted: keys.deleted.size,
      lookups: this.#lookups?.counts ?? { found: 0, none: 0, failed: 0 },
    };
  }

  /** Notes for operators about the state of keys, one sentence each. */
  notes(): string[] {
    const { keys } = this.#options;
    if (!keys.complete) return [];
    const failure = this.#lookups?.failure;
    const reason = failure === undefined ? '' : `; the last attempt failed: ${failure}`;
    return [
      ...noteOf(
        keys.unknown,
        (names) =>
          `namespaces whose key Secret could not be looked up yet, requests for their pods get 503: ${names}${reason}`,
      ),
      ...noteOf(
        keys.deleted.keys(),
        (names) =>
          `namespaces whose key Secret was deleted, its keys stay in force for KEY_RELEASE_DELAY: ${names}`,
      ),
    ];
  }

  #reportNews(): void {
    const { keys, logger, releaseDelay } = this.#options;
    for (const [namespace, news] of keys.takeEvents()) {
      if (news === 'deleted') {
        const opensIn = releaseDelay / 1_000;
        logger.warn(
          { namespace, opensIn },
          'key Secret is gone: its keys stay in force, then the namespace opens',
        );
      } else logger.warn({ namespace }, 'namespace no longer has a key and is open');
    }
  }
}

function noteOf(names: Iterable<string>, text: (names: string) => string): string[] {
  const namespaces = [...names].sort(compareText);
  if (namespaces.length === 0) return [];
  const more = namespaces.length - MAX_NAMES;
  return [text(namespaces.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : ''))];
}
