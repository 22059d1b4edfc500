import { UPSTREAM_FAILURES } from '../boundary/reasons.ts';
import { POD_BUCKETS, type PodIncrement, STATUS_CLASSES } from '../boundary/packed-pods.ts';
import type { EndpointReport } from '../boundary/figures.ts';
import { keyOf } from '../wiring/object-id.ts';
import { bucketEnds, type Family, histogramLines, labelText, slices } from './exposition.ts';

/** Whether the cluster has a pod of that namespace and name. */
export type PodExists = (namespace: string, pod: string) => boolean;

/** What was counted for one pod since its first increment. */
interface PodTotals {
  readonly namespace: string;
  readonly pod: string;
  readonly labels: string;
  readonly answers: number[];
  readonly failures: number[];
  ejections: number;
  sum: number;
  readonly buckets: number[];
}

const BUCKET_ENDS = bucketEnds(POD_BUCKETS);
const CLASSES = STATUS_CLASSES.map((name) => `,${labelText({ class: name })}} `);
const REASONS = UPSTREAM_FAILURES.map((reason) => `,${labelText({ reason })}} `);

/**
 * The series that name a pod. They are dropped when the pod is gone, and at most `max` pods have series: further ones
 * are counted together, with an empty namespace and name.
 */
export class PodMetrics {
  readonly #max: number;
  readonly #podExists: PodExists;
  readonly #pods = new Map<string, PodTotals>();
  #others: PodTotals | undefined;

  constructor(max: number, podExists: PodExists) {
    this.#max = max;
    this.#podExists = podExists;
  }

  /** Drops increments for a pod that is gone. */
  add(increment: PodIncrement): void {
    const { namespace, pod, ejections, sum } = increment;
    if (!this.#podExists(namespace, pod)) return;
    const totals = this.#of(namespace, pod);
    addTo(totals.answers, increment.answers);
    addTo(totals.failures, increment.failures);
    addTo(totals.buckets, increment.buckets);
    totals.ejections += ejections;
    totals.sum += sum;
  }

  /** Renders every family, slice by slice. `reports`: what the workers report about endpoints now. */
  async *render(reports: readonly EndpointReport[]): AsyncGenerator<string, void> {
    for (const [name, { namespace, pod }] of this.#pods)
      if (!this.#podExists(namespace, pod)) this.#pods.delete(name);
    const pods = [...this.#pods.values(), ...(this.#others === undefined ? [] : [this.#others])];
    yield* slices(responses(pods));
    yield* slices(failures(pods));
    yield* slices(ejections(pods));
    yield* slices(ejected(this.#ejected(reports)));
    yield* slices(responseHeads(pods));
  }

  #of(namespace: string, pod: string): PodTotals {
    const name = keyOf({ namespace, name: pod });
    const known = this.#pods.get(name);
    if (known !== undefined) return known;
    if (this.#pods.size >= this.#max) return (this.#others ??= newTotals('', ''));
    const totals = newTotals(namespace, pod);
    this.#pods.set(name, totals);
    return totals;
  }

  /** The number of workers that eject a pod, by the text of its labels. */
  #ejected(reports: readonly EndpointReport[]): [string, number][] {
    const counts = new Map<string, number>();
    for (const { namespace, pod, ejectedFor } of reports) {
      if (ejectedFor === 0 || !this.#podExists(namespace, pod)) continue;
      const labels = (this.#pods.get(keyOf({ namespace, name: pod })) ?? this.#others)?.labels;
      // With POD_METRICS=off, no pod has labels.
      if (labels === undefined) continue;
      counts.set(labels, (counts.get(labels) ?? 0) + 1);
    }
    return [...counts];
  }
}

function newTotals(namespace: string, pod: string): PodTotals {
  return {
    namespace,
    pod,
    labels: labelText({ namespace, pod }),
    answers: STATUS_CLASSES.map(() => 0),
    failures: UPSTREAM_FAILURES.map(() => 0),
    ejections: 0,
    sum: 0,
    buckets: BUCKET_ENDS.map(() => 0),
  };
}

function addTo(sums: number[], increments: ArrayLike<number>): void {
  for (const [index, sum] of sums.entries()) sums[index] = sum + (increments[index] ?? 0);
}

function responses(items: readonly PodTotals[]): Family<PodTotals> {
  const name = 'podway_pod_responses_total';
  const help = 'Responses of a pod by the class of their status; with POD_METRICS=errors 5xx only';
  const lines = ({ labels, answers }: PodTotals) => counted(name, labels, answers, CLASSES);
  return { name, help, type: 'counter', items, lines };
}

function failures(items: readonly PodTotals[]): Family<PodTotals> {
  const name = 'podway_pod_failures_total';
  const help = 'Failed attempts at a pod, including those that were retried, by reason';
  const lines = (it: PodTotals) => counted(name, it.labels, it.failures, REASONS);
  return { name, help, type: 'counter', items, lines };
}

/** The lines of all counts that are not 0. */
function counted(name: string, labels: string, counts: readonly number[], ends: readonly string[]): string {
  let text = '';
  for (const [index, count] of counts.entries())
    if (count > 0) text += `${name}{${labels}${ends[index]}${count}\n`;
  return text;
}

/** Includes 0: Prometheus does not see the increase of a counter whose first value is 1. */
function ejections(items: readonly PodTotals[]): Family<PodTotals> {
  const name = 'podway_pod_ejections_total';
  const lines = (it: PodTotals) => `${name}{${it.labels}} ${it.ejections}\n`;
  return { name, help: 'Ejections of a pod by workers', type: 'counter', items, lines };
}

function ejected(items: readonly [string, number][]): Family<[string, number]> {
  const name = 'podway_pod_ejected';
  const lines = ([labels, workers]: [string, number]) => `${name}{${labels}} ${workers}\n`;
  return {
    name,
    help: 'Number of workers that currently eject a pod, summed over its ports',
    type: 'gauge',
    items,
    lines,
  };
}

function responseHeads(items: readonly PodTotals[]): Family<PodTotals> {
  const name = 'podway_pod_response_head_seconds';
  const lines = ({ labels, sum, buckets }: PodTotals) =>
    buckets.some((count) => count > 0)
      ? histogramLines(name, labels, { ends: BUCKET_ENDS, buckets, sum })
      : '';
  return {
    name,
    help: 'Time from the end of the request (or its dispatch, if later) to the response head, by pod',
    type: 'histogram',
    items,
    lines,
  };
}
