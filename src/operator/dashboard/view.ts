import type { Insight } from '../../control/overview.ts';
import type { Step } from '../../telemetry/recent/recent-totals.ts';
import { type Held, limitRows } from './limits.ts';
import { Paced } from './paced.ts';
import { ejectedRows, failingRows, keyRows, rejectionRows } from './problems.ts';
import { pointOf, ratesNow } from './rates.ts';
import { busiestRows } from './route-rows.ts';
import { type DashboardSubject, refusalRows, routerState, workerRows } from './router-state.ts';
import type { DashboardState, Point, RejectionRow, Rows } from './state.ts';
import { type TableProblems, tableProblems } from './table-problems.ts';
import { Verdicts } from './verdicts.ts';

/** Milliseconds between two counts of the descriptors. */
const DESCRIPTORS_EVERY = 15_000;

type Totals = Pick<DashboardState, 'now' | 'points' | 'refusals' | 'limits'>;
type Reported = Pick<DashboardState, 'ejected' | 'failing' | 'busiest'>;

/** A moment: milliseconds since 1970, and of performance.now(). */
export interface Moment {
  readonly time: number;
  readonly now: number;
}

/**
 * What the dashboard shows at a moment, from what the main thread knows anyway. What costs as much as there are routes is worked
 * out when it may be different, and never for more than a small part of the time.
 */
export class DashboardView {
  readonly #subject: DashboardSubject;
  #verdicts: { readonly revision: number; readonly verdicts: Verdicts } | undefined;
  readonly #table: Paced<TableProblems>;
  readonly #rejections: Paced<Rows<RejectionRow>>;
  readonly #keys: Paced<DashboardState['keys']>;
  readonly #reported: Paced<Reported>;
  #totals: { readonly step: Step | undefined; readonly parts: Totals } | undefined;
  readonly #points = new WeakMap<Step, Point>();
  #descriptors: { at: number; open: number | undefined } | undefined;

  constructor(subject: DashboardSubject) {
    this.#subject = subject;
    const { now } = subject;
    this.#table = new Paced(now);
    this.#rejections = new Paced(now);
    this.#keys = new Paced(now);
    this.#reported = new Paced(now);
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

  /** Of the table of this moment. */
  get verdicts(): Verdicts {
    const { revision, keys } = this.#subject.insight.inventory;
    if (this.#verdicts?.revision !== revision) this.#verdicts = { revision, verdicts: new Verdicts(keys) };
    return this.#verdicts.verdicts;
  }

  /** Totals change with their steps alone. */
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

  /** Another one whenever what workers report of routes and pods may be different. */
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

  /** As they were counted last: one is begun now if that is long ago. */
  #count(now: number): number | undefined {
    const last = this.#descriptors;
    if (last === undefined || now - last.at >= DESCRIPTORS_EVERY) {
      const counted = (this.#descriptors = { at: now, open: last?.open });
      void this.#subject.descriptors().then((open) => (counted.open = open));
    }
    return this.#descriptors?.open;
  }
}
