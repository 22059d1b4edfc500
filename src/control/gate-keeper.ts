import type { GateCondition, GateChange } from '../cluster/gates/gate-change.ts';
import type { GateOutcome, GateWriter } from '../cluster/gates/gate-writer.ts';
import type { SourceProblem } from '../cluster/source.ts';
import type { GatedPods, GateVerdict } from '../inventory/gated-pods.ts';
import { keyOf } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import type { WorkerState } from './workers-listener.ts';

export interface GateKeeperOptions {
  /** READINESS_GATE. */
  readonly type: string;
  readonly pods: GatedPods;
  readonly writer: GateWriter;
}

/** Numbers of the pods with the gate, and of the conditions that podway wrote. */
export interface GateFigures {
  readonly pods: Readonly<Record<'open' | 'waiting' | 'refused', number>>;
  readonly written: Readonly<Record<GateOutcome, number>>;
}

const ROUTED_MESSAGE = 'every worker of podway routes requests to this pod';

/**
 * Opens the readiness gates of pods that every worker routes, and writes into the condition of other pods why they wait. The work
 * for a table depends on its changes, not on the number of waiting pods, which may be thousands.
 */
export class GateKeeper {
  readonly #options: GateKeeperOptions;
  /** Pods whose routes are all in the table, with the revision that all workers must have before the gate is opened. */
  readonly #routed = new Map<string, { readonly pod: Pod; readonly revision: number }>();
  /** Keys of pods of which a route is rejected. */
  readonly #rejected = new Set<string>();
  /** The last requested change by pod, with the state of the pod at that time. It is not requested again. */
  readonly #requested = new Map<string, GateChange & { readonly pod: Pod }>();
  #hasLeft = false;

  constructor(options: GateKeeperOptions) {
    this.#options = options;
  }

  figures(): GateFigures {
    const { pods, writer } = this.#options;
    const refused = Math.min(this.#rejected.size, pods.closed);
    return { pods: { open: pods.open, waiting: pods.closed - refused, refused }, written: writer.counts };
  }

  async run(problem: (problem: SourceProblem) => void, signal: AbortSignal): Promise<void> {
    await this.#options.writer.run((change) => this.#isStillNeeded(change), problem, signal);
  }

  /** The process ends. It requests no further changes, because it will not route to pods that become ready later. */
  leave(): void {
    this.#hasLeft = true;
  }

  /** The table of this revision was sent to the workers. */
  published(revision: number, workers: readonly WorkerState[]): void {
    for (const key of this.#options.pods.takeTouched()) this.#judge(key, revision);
    this.settle(workers);
  }

  /** A worker has applied a table, or has gone. */
  settle(workers: readonly WorkerState[]): void {
    if (this.#routed.size === 0 || !workers.every(({ listening }) => listening)) return;
    const everywhere = Math.min(...workers.map(({ applied }) => applied));
    for (const [key, { pod, revision }] of this.#routed) {
      if (revision > everywhere) continue;
      this.#routed.delete(key);
      this.#request(key, { pod, condition: this.#condition('True', ROUTED_MESSAGE) });
    }
  }

  #judge(key: string, revision: number): void {
    const { pods, writer } = this.#options;
    const pod = pods.current(key);
    this.#routed.delete(key);
    this.#rejected.delete(key);
    if (pod === undefined) {
      this.#requested.delete(key);
      writer.forget(key);
      return;
    }
    const verdict = pods.verdict(pod);
    if (verdict.kind === 'undecided') pods.touch(key);
    else if (verdict.kind === 'routed') this.#routed.set(key, { pod, revision });
    else if (verdict.kind === 'refused') {
      this.#rejected.add(key);
      this.#request(key, { pod, condition: this.#condition('False', verdict.message) });
    }
  }

  #request(key: string, change: GateChange & { readonly pod: Pod }): void {
    const last = this.#requested.get(key);
    if (this.#hasLeft || (last !== undefined && isRepeated(last, change))) return;
    this.#requested.set(key, change);
    if (differs(change.pod, change)) this.#options.writer.request(change);
  }

  #condition(status: GateCondition['status'], message: string): GateCondition {
    const { type } = this.#options;
    return { type, status, reason: status === 'True' ? 'Routed' : 'Refused', message };
  }

  /**
   * Called just before the write, which may be minutes after the request: whether the change is still correct and the cluster does
   * not have it yet. If it is no longer correct, the pod is judged again with the next table.
   */
  #isStillNeeded(change: GateChange): boolean {
    const { pods } = this.#options;
    const key = keyOf(change.pod);
    const pod = pods.current(key);
    if (this.#hasLeft || pod === undefined || pod.uid !== change.pod.uid || !differs(pod, change))
      return false;
    const isStill =
      isOf(pods.verdict(pod), change) && (pod === change.pod || change.condition.status === 'False');
    if (isStill) return true;
    this.#requested.delete(key);
    pods.touch(key);
    return false;
  }
}

/**
 * Whether the same change was requested before. A refusal is not repeated if another replica has replaced its message: the two
 * replicas would overwrite each other's message forever.
 */
function isRepeated(
  last: GateChange & { readonly pod: Pod },
  { pod, condition }: GateChange & { readonly pod: Pod },
) {
  const isSame =
    last.pod.uid === pod.uid &&
    last.condition.status === condition.status &&
    last.condition.message === condition.message;
  return isSame && (last.pod === pod || (condition.status === 'False' && pod.gate?.status === 'False'));
}

function differs({ gate }: Pod, { condition }: GateChange): boolean {
  return gate?.status !== condition.status || gate.message !== condition.message;
}

function isOf(verdict: GateVerdict, { condition }: GateChange): boolean {
  if (condition.status === 'True') return verdict.kind === 'routed';
  return verdict.kind === 'refused' && verdict.message === condition.message;
}
