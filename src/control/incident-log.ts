import {
  type IncidentReport,
  type PodIncident,
  OVERLOAD_QUIET,
  type OverloadStart,
  type OverloadFigures,
  type OverloadEnd,
} from '../boundary/incident-report.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Episode, Episodes } from './episodes.ts';
import { KeyLog } from './key-log.ts';

/** Maximum number of log lines about pods for one report; `/routes` has all pods. */
const MAX_LINES = 50;
const CHECK_INTERVAL = 1_000;

interface Overload {
  readonly worker: number;
  readonly figures: OverloadFigures | undefined;
}

/**
 * Logs incidents of the workers: ejected pods and their return, the beginning and end of overloads, and incidents of keys. It logs
 * an incident once for all workers, and incidents of the same subject at most once per LOG_INTERVAL.
 */
export class IncidentLog {
  readonly #logger: Logger;
  /** Logs incidents of keys. */
  readonly keys: KeyLog;
  readonly #pods: Episodes<PodIncident>;
  readonly #overloads: Episodes<Overload>;
  /** Numbers of refused requests and connections by reason, since the last log line about the end of an overload. */
  #rejected: Record<string, number> = {};
  #peakInFlight = 0;
  #lines = 0;

  /** `interval` in milliseconds. */
  constructor(logger: Logger, interval: number) {
    this.#logger = logger;
    this.keys = new KeyLog(logger, interval);
    this.#pods = new Episodes(interval, {
      started: (episode) => this.#reportPod('warn', episode, 'pod ejected'),
      ended: (episode) => {
        const gone = episode.details.state === 'gone';
        this.#reportPod('info', episode, gone ? 'ejected pod is gone' : 'ejected pod returned');
      },
      endedUnreported: (episode) => this.#reportPod('info', episode, 'pod was ejected and returned'),
    });
    this.#overloads = new Episodes(interval, {
      started: ({ details: { worker, figures } }) =>
        this.#logger.warn({ worker, turnedAway: this.#rejected, ...figures }, 'overload begins'),
      ended: (episode) => this.#reportOver(episode, 'overload is over'),
      endedUnreported: (episode) => this.#reportOver(episode, 'overload began and ended'),
    });
  }

  /** Calls `check` regularly from now on. */
  start(): void {
    setInterval(() => this.check(performance.now()), CHECK_INTERVAL).unref();
  }

  /** `now` in milliseconds of performance.now(). */
  check(now: number): void {
    this.#lines = 0;
    this.#pods.check(now);
    this.#overloads.check(now);
    this.keys.check(now);
    this.#reportRest();
  }

  take(worker: number, report: IncidentReport, now: number): void {
    this.#lines = 0;
    for (const incident of report.pods) this.#takePod(worker, incident, now);
    if (report.overload !== undefined) this.#takeOverload(worker, report.overload, now);
    this.#reportRest(report.morePods);
  }

  /** The worker is gone. */
  forget(worker: number): void {
    this.#pods.forget(worker);
    this.#overloads.forget(worker);
  }

  #takePod(worker: number, incident: PodIncident, now: number): void {
    const { namespace, pod, address, state, ejections } = incident;
    const key = `${namespace}/${pod} ${address}`;
    if (ejections > 0) this.#pods.begin(key, worker, incident, now);
    if (state !== 'ejected') this.#pods.end(key, worker, incident, now);
  }

  #takeOverload(worker: number, incident: OverloadStart | OverloadEnd, now: number): void {
    for (const [reason, count] of Object.entries(incident.rejected))
      this.#rejected[reason] = (this.#rejected[reason] ?? 0) + count;
    if (incident.state === 'begun') {
      this.#overloads.begin('', worker, { worker, figures: incident.figures }, now);
      return;
    }
    this.#peakInFlight = Math.max(this.#peakInFlight, incident.peakInFlight);
    this.#overloads.end('', worker, { worker, figures: undefined }, now);
  }

  #reportPod(
    level: 'warn' | 'info',
    { details, times, seconds }: Episode<PodIncident>,
    message: string,
  ): void {
    this.#lines += 1;
    if (this.#lines > MAX_LINES) return;
    const { namespace, pod, address, reason, period } = details;
    const ejected = level === 'warn';
    const fields = ejected
      ? { reason, leftOutFor: period }
      : { ...(reason !== '' && { reason }), after: seconds };
    this.#logger[level]({ namespace, pod, address, ...fields, ...(times > 1 && { times }) }, message);
  }

  #reportOver({ times, seconds }: Episode<Overload>, message: string): void {
    const fields = { turnedAway: this.#rejected, peakInFlight: this.#peakInFlight };
    const lasted = Math.max(0, Math.round(seconds - OVERLOAD_QUIET / 1_000));
    this.#logger.info({ seconds: lasted, ...fields, ...(times > 1 && { times }) }, message);
    this.#rejected = {};
    this.#peakInFlight = 0;
  }

  #reportRest(morePods = 0): void {
    const more = Math.max(0, this.#lines - MAX_LINES) + morePods;
    if (more > 0) this.#logger.warn({ more }, 'further pods ejected or returned, see /routes');
  }
}
