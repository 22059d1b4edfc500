import type { KeyCounts } from '../../boundary/figures.ts';
import type {
  IncidentReport,
  OverloadStart,
  OverloadEnd,
  PodIncident,
} from '../../boundary/incident-report.ts';
import type { FailureReason } from '../../boundary/reasons.ts';
import type { Endpoint } from '../../routing/route.ts';
import { authority } from '../../wiring/authority.ts';
import { OverloadWatch, type LoadSample } from '../load/overload-watch.ts';

/** Maximum number of pods that a worker reports at the same time. Of further pods, it reports only the number. */
const MAX_PODS = 200;
/** Minimum time between two reports, in milliseconds. */
const REPORT_INTERVAL = 1_000;

/** The state of the worker at a tick. */
export interface WorkerSample extends LoadSample {
  /** Takes the counts of keyed namespaces. */
  readonly keys: () => readonly KeyCounts[];
}

/**
 * Events in a worker that its operator should know of. The worker collects them in bounded memory, and the main thread
 * logs them: the data plane writes no log.
 */
export class Incidents {
  /** A request was refused because of its key since the last report. */
  keyRefused = false;
  /** Ejected pods that the main thread knows, or will know with the next report. */
  readonly #ejected = new Set<Endpoint>();
  readonly #pods = new Map<Endpoint, PodIncident>();
  #morePods = 0;
  readonly #watch = new OverloadWatch();
  #overload: OverloadStart | OverloadEnd | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;

  /** The worker ejected the endpoint after a failure with this reason. */
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

  /** The endpoint has answered. */
  returned(endpoint: Endpoint): void {
    this.#ended(endpoint, 'returned');
  }

  /** No route has the endpoint in rotation any more. */
  gone(endpoint: Endpoint): void {
    this.#ended(endpoint, 'gone');
  }

  /**
   * Call it at every tick. Returns what the worker must report now, if anything.
   *
   * @param now in milliseconds
   */
  take(now: number, sample: WorkerSample): IncidentReport | undefined {
    // Two changes of the overload state are further apart than REPORT_INTERVAL, so no change is lost.
    this.#overload ??= this.#watch.check(now, sample);
    const nothing = this.#pods.size === 0 && this.#morePods === 0 && this.#overload === undefined;
    if ((nothing && !this.keyRefused) || now - this.#reportedAt < REPORT_INTERVAL) return undefined;
    this.#reportedAt = now;
    const report = {
      pods: [...this.#pods.values()],
      morePods: this.#morePods,
      overload: this.#overload,
      keys: this.keyRefused ? sample.keys() : [],
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
