import type { Insight } from '../../control/overview.ts';
import type { Step } from '../../telemetry/recent/recent-totals.ts';
import { type Held, limitRows } from './limits.ts';
import { ThrottledValue } from './throttled-value.ts';
import { ejectedRows, failingRows, keyRows, rejectionRows } from './problems.ts';
import { pointOf, ratesNow } from './rates.ts';
import { busiestRows } from './route-rows.ts';
import { type DashboardSubject, refusalRows, routerState, workerRows } from './router-state.ts';
import type { DashboardState, Point, RejectionRow, Rows } from './state.ts';
import { type TableProblems, tableProblems } from './table-problems.ts';
import { Verdicts } from './verdicts.ts';

/** Minimum milliseconds between two counts of the descriptors. */
const DESCRIPTORS_INTERVAL = 15_000;

type Totals = Pick<DashboardState, 'now' | 'points' | 'refusals' | 'limits'>;
type Reported = Pick<DashboardState, 'ejected' | 'failing' | 'busiest'>;

/** A moment: `time` in milliseconds since 1970, `now` in milliseconds of performance.now(). */
export interface Moment {
  readonly time: number;
  readonly now: number;
}

/**
 * Computes the state of the dashboard from data that the main thread already has. Parts whose cost is proportional to the number of
 * routes are computed again only when they may have changed, and use at most a small part of the time (see `Paced`).
 */
export class DashboardView {
  readonly #subject: DashboardSubject;
  #verdicts: { readonly revision: number; readonly verdicts: Verdicts } | undefined;
  readonly #table: ThrottledValue<TableProblems>;
  readonly #rejections: ThrottledValue<Rows<RejectionRow>>;
  readonly #keys: ThrottledValue<DashboardState['keys']>;
  readonly #reported: ThrottledValue<Reported>;
  #totals: { readonly step: Step | undefined; readonly parts: Totals } | undefined;
  readonly #points = new WeakMap<Step, Point>();
  #descriptors: { at: number; open: number | undefined } | undefined;

  constructor(subject: DashboardSubject) {
    this.#subject = subject;
    const { now } = subject;
    this.#table = new ThrottledValue(now);
    this.#rejections = new ThrottledValue(now);
    this.#keys = new ThrottledValue(now);
    this.#reported = new ThrottledValue(now);
  }

  state(moment: Moment): DashboardState {
    const { insight } = this.#subject;
    const { inventory } = insight;
    const { revision, keys } = inventory;
    const { verdicts } = this;
    const { routes, ...problems } = this.#table.take(revision, () => tableProblems(inventory, verdicts));
    const rejections = inventory.rejections();
    const router = routerState(this.#subject, routes, moment.time);
    return {
      router,
      workers: workerRows(insight),
      ...this.#totalsOf(insight, { memory: router.memory.resident, descriptors: this.#count(moment.now) }),
      ...problems,
      ...this.#reported.take(this.#reports(insight), () => this.#reportsOf(insight, moment)),
      rejections: this.#rejections.take(rejections.version, () => rejectionRows(rejections.all())),
      keys: this.#keys.take(`${revision} ${keys.deleted.size} ${keys.unknown.size}`, () =>
        keyRows(inventory),
      ),
    };
  }

  /** The verdicts of the current table. */
  get verdicts(): Verdicts {
    const { revision, keys } = this.#subject.insight.inventory;
    if (this.#verdicts?.revision !== revision) this.#verdicts = { revision, verdicts: new Verdicts(keys) };
    return this.#verdicts.verdicts;
  }

  /** Totals change only with a new step. */
  #totalsOf(insight: Insight, held: Held): Totals {
    const { totals } = insight.recent;
    const step = totals.steps.at(-1);
    if (this.#totals === undefined || this.#totals.step !== step) {
      const parts = {
        now: ratesNow(totals),
        points: totals.steps.map((it) => this.#pointOf(it)),
        refusals: refusalRows(insight),
        limits: limitRows(insight, this.#subject.limits, held),
      };
      this.#totals = { step, parts };
    }
    return this.#totals.parts;
  }

  /** A key that changes whenever the workers' reports about routes and pods may have changed. */
  #reports({ inventory, recent }: Insight): string {
    return `${inventory.revision} ${recent.reportedAt} ${recent.totals.steps.at(-1)?.time}`;
  }

  #reportsOf(insight: Insight, { time, now }: Moment): Reported {
    const reportedAt = time - now + insight.recent.reportedAt;
    return {
      ejected: ejectedRows(insight.endpointReports(), reportedAt),
      failing: failingRows(insight, now),
      busiest: busiestRows(insight, this.verdicts),
    };
  }

  #pointOf(step: Step): Point {
    let point = this.#points.get(step);
    if (point === undefined) this.#points.set(step, (point = pointOf(step)));
    return point;
  }

  /** The last number of open descriptors. Starts a new count if the last one is too old. */
  #count(now: number): number | undefined {
    const last = this.#descriptors;
    if (last === undefined || now - last.at >= DESCRIPTORS_INTERVAL) {
      const counted = (this.#descriptors = { at: now, open: last?.open });
      void this.#subject.descriptors().then((open) => (counted.open = open));
    }
    return this.#descriptors?.open;
  }
}
