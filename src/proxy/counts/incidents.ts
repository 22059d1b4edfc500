import type { KeyCounts } from '../../boundary/figures.ts';
import type {
  IncidentReport,
  OverloadBegun,
  OverloadOver,
  PodIncident,
} from '../../boundary/incident-report.ts';
import type { FailureReason } from '../../boundary/reasons.ts';
import type { Endpoint } from '../../routing/route.ts';
import { authority } from '../../wiring/authority.ts';
import { OverloadWatch, type Seen } from '../load/overload-watch.ts';

/** Pods that a worker reports at the same time; of further ones it reports the number. */
const MAX_PODS = 200;
/** Milliseconds between two reports. */
const REPORT_EVERY = 1_000;

/** What is going on at a tick. */
export interface Going extends Seen {
  /** Takes the counts of keyed namespaces. */
  readonly keys: () => readonly KeyCounts[];
}

/**
 * What happens in a worker that its operator should read of: gathered in bounded memory where it is seen, and logged
 * by the main thread. The data plane writes no log.
 */
export class Incidents {
  /** A request was refused for its key since the last report. */
  keyRefused = false;
  /** Those of which the main thread knows, or will, that they are left out. */
  readonly #ejected = new Set<Endpoint>();
  readonly #pods = new Map<Endpoint, PodIncident>();
  #morePods = 0;
  readonly #watch = new OverloadWatch();
  #overload: OverloadBegun | OverloadOver | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** A failure for `reason` made the worker leave it out. */
  ejected(endpoint: Endpoint, reason: FailureReason): void {
    const before = this.#pods.get(endpoint);
    if (before === undefined && this.#pods.size >= MAX_PODS) {
      this.#morePods += 1;
      return;
    }
    if (!this.#ejected.has(endpoint)) {
      if (this.#ejected.size >= MAX_PODS) {
        this.#morePods += 1;
        return;
      }
      this.#ejected.add(endpoint);
    }
    const ejections = (before?.ejections ?? 0) + 1;
    this.#pods.set(endpoint, incidentOf(endpoint, 'ejected', reason, ejections));
  }

  /** It has answered. */
  returned(endpoint: Endpoint): void {
    this.#ended(endpoint, 'returned');
  }

  /** No route has it in rotation any more. */
  gone(endpoint: Endpoint): void {
    this.#ended(endpoint, 'gone');
  }

  /** Call it with every tick: what is to be reported now, if anything. `now` in milliseconds. */
  take(now: number, going: Going): IncidentReport | undefined {
    // Longer than REPORT_EVERY lies between two of them.
    this.#overload ??= this.#watch.check(now, going);
    const nothing = this.#pods.size === 0 && this.#morePods === 0 && this.#overload === undefined;
    if ((nothing && !this.keyRefused) || now - this.#reportedAt < REPORT_EVERY) return undefined;
    this.#reportedAt = now;
    const report = {
      pods: [...this.#pods.values()],
      morePods: this.#morePods,
      overload: this.#overload,
      keys: this.keyRefused ? going.keys() : [],
    };
    this.keyRefused = false;
    this.#pods.clear();
    this.#overload = undefined;
    this.#morePods = 0;
    return report;
  }

  #ended(endpoint: Endpoint, state: 'returned' | 'gone'): void {
    if (!this.#ejected.delete(endpoint)) return;
    const before = this.#pods.get(endpoint);
    this.#pods.set(endpoint, incidentOf(endpoint, state, before?.reason ?? '', before?.ejections ?? 0));
  }
}

function incidentOf(
  endpoint: Endpoint,
  state: PodIncident['state'],
  reason: PodIncident['reason'],
  ejections: number,
): PodIncident {
  const { namespace, pod, health } = endpoint;
  return { namespace, pod, address: authority(endpoint), state, reason, period: health.period, ejections };
}
