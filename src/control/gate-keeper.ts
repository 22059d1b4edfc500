import type { GateCondition, GateWish } from '../cluster/gates/gate-wish.ts';
import type { GateOutcome, GateWriter } from '../cluster/gates/gate-writer.ts';
import type { SourceProblem } from '../cluster/source.ts';
import type { GatedPods } from '../inventory/gated-pods.ts';
import { keyOf } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import type { WorkerState } from './workers-listener.ts';

export interface GateKeeperOptions {
  /** READINESS_GATE. */
  readonly type: string;
  readonly pods: GatedPods;
  readonly writer: GateWriter;
}

/** What is known of pods that carry the gate. */
export interface GateFigures {
  readonly pods: Readonly<Record<'open' | 'waiting' | 'refused', number>>;
  readonly written: Readonly<Record<GateOutcome, number>>;
}

const ROUTED = 'every worker of podway routes requests to this pod';

/** Opens the readiness gates of pods that every worker routes, and says on the others why they wait. */
export class GateKeeper {
  readonly #options: GateKeeperOptions;
  /** Pods of which the table routes everything, with the revision that a worker must have. */
  #routed = new Map<string, { readonly pod: Pod; readonly revision: number }>();
  /** What was asked for last, and of which state, by pod: asking again would change nothing. */
  #asked = new Map<string, string>();
  #refused = 0;

  constructor(options: GateKeeperOptions) {
    this.#options = options;
  }

  figures(): GateFigures {
    const { pods, writer } = this.#options;
    const closed = [...pods.closed()].length;
    const refused = Math.min(this.#refused, closed);
    return { pods: { open: pods.open, waiting: closed - refused, refused }, written: writer.counts };
  }

  async run(problem: (problem: SourceProblem) => void, signal: AbortSignal): Promise<void> {
    await this.#options.writer.run((wish) => this.#isWanted(wish), problem, signal);
  }

  /** The table of this revision is on its way to the workers. */
  published(revision: number, workers: readonly WorkerState[]): void {
    const { pods } = this.#options;
    const before = this.#routed;
    const asked = this.#asked;
    this.#routed = new Map();
    this.#asked = new Map();
    this.#refused = 0;
    for (const pod of pods.closed()) {
      const verdict = pods.verdict(pod);
      const key = keyOf(pod);
      const last = asked.get(key);
      if (last !== undefined) this.#asked.set(key, last);
      if (verdict.kind === 'refused') {
        this.#refused += 1;
        this.#want(pod, this.#condition('False', verdict.message));
      } else if (verdict.kind === 'routed') {
        // A later table routes it as well.
        const known = before.get(key);
        this.#routed.set(key, { pod, revision: known?.pod.uid === pod.uid ? known.revision : revision });
      }
    }
    this.settle(workers);
  }

  /** A worker has applied a table, or has gone. */
  settle(workers: readonly WorkerState[]): void {
    if (this.#routed.size === 0 || !workers.every(({ listening }) => listening)) return;
    const everywhere = Math.min(...workers.map(({ applied }) => applied));
    for (const { pod, revision } of this.#routed.values())
      if (revision <= everywhere) this.#want(pod, this.#condition('True', ROUTED));
  }

  #want(pod: Pod, condition: GateCondition): void {
    const key = keyOf(pod);
    const state = JSON.stringify([pod.uid, pod.gate, condition]);
    if (this.#asked.get(key) === state || !this.#isWanted({ pod, condition })) return;
    this.#asked.set(key, state);
    this.#options.writer.want({ pod, condition });
  }

  #condition(status: GateCondition['status'], message: string): GateCondition {
    const { type } = this.#options;
    return { type, status, reason: status === 'True' ? 'Routed' : 'Refused', message };
  }

  /** The cluster does not say so already, and the pod is the one that is meant. */
  #isWanted({ pod, condition }: GateWish): boolean {
    const gate = this.#options.pods.current(pod)?.gate;
    return gate !== undefined && (gate.status !== condition.status || gate.message !== condition.message);
  }
}
