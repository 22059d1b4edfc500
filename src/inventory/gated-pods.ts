import { keyOf } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { printable, REJECTIONS, type Rejection } from '../wiring/rejection.ts';
import { COUNTING } from './rejections.ts';

/** The result of checking a pod with podway's readiness gate. */
export type GateVerdict =
  | { readonly kind: 'waiting' }
  /** The outcome of its declarations is not known yet: the pod must be checked again with the next table. */
  | { readonly kind: 'undecided' }
  /** Some of its declarations are rejected, or it has none. The message says which, and what podway expects. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The table of the last delta contains all its declarations. */
  | { readonly kind: 'routed' };

/** Whether the table contains a pod's declarations. `waiting`: one of its ports is not ready. */
export type DeclarationState = 'none' | 'waiting' | 'routed';

interface Table {
  /** The rejections of the pod with this key. */
  rejections(key: string): readonly Rejection[];
  declarationState(key: string): DeclarationState;
  /**
   * The rejections and the standing of the pod are out of date or missing: the pod has changed since the last delta, or
   * podway does not know yet which namespace holds which host.
   */
  isUndecided(key: string): boolean;
  /** It is not known whether the namespace has a key, so its pods get no requests. */
  isUnknown(namespace: string): boolean;
}

/** A pod whose gate is not True. */
interface ClosedPod {
  readonly pod: Pod;
  /** `takeTouched` has returned this pod, so the caller must learn when it no longer waits. */
  isTaken: boolean;
}

/**
 * Maximum length of the condition's message, in characters. Kubernetes accepts 32,768, but a longer text would not be
 * read.
 */
const MAX_MESSAGE_LENGTH = 1_024;
/** The prefix with which `Rejections` names a pod, before the pod's key. */
const POD_PREFIX = 'Pod/';

/**
 * Pods with podway's readiness gate. podway opens the gate of a pod when the pod is routed, and never closes it again:
 * a failure of podway must not make running pods unready. The class notes which pods must be checked again, so the cost
 * of a table depends on what it changes, and not on how many pods wait.
 */
export class GatedPods {
  readonly #table: Table;
  /** By key of the pod. */
  readonly #closed = new Map<string, ClosedPod>();
  /** Keys of pods that were added, deleted or changed, or whose verdict depends on something that changed. */
  #touched = new Set<string>();
  #open = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    if (previous?.gate === undefined && next?.gate === undefined) return;
    if (isOpen(previous)) this.#open -= 1;
    if (isOpen(next)) this.#open += 1;
    const key = keyOf((next ?? previous) as Pod);
    const isTaken = this.#closed.get(key)?.isTaken === true;
    if (next !== undefined && isWaiting(next)) this.#closed.set(key, { pod: next, isTaken });
    else this.#closed.delete(key);
    if (isTaken || this.#closed.has(key)) this.#touched.add(key);
    else this.#touched.delete(key);
  }

  /**
   * The rejections of an object may have changed.
   *
   * @param object its name in `Rejections`
   */
  rejectionsChanged(object: string): void {
    if (object.startsWith(POD_PREFIX)) this.touch(object.slice(POD_PREFIX.length));
  }

  /** The pod of this key must be checked again, if its gate is closed. */
  touch(key: string): void {
    if (this.#closed.has(key)) this.#touched.add(key);
  }

  /** Keys of pods whose verdict may differ from that at the last call, and of some that no longer wait. */
  takeTouched(): ReadonlySet<string> {
    const touched = this.#touched;
    this.#touched = new Set();
    for (const key of touched) {
      const closed = this.#closed.get(key);
      if (closed !== undefined) closed.isTaken = true;
    }
    return touched;
  }

  /** Number of pods whose gate is True. */
  get open(): number {
    return this.#open;
  }

  /** Number of pods that wait: their gate is not True, and they neither terminate nor have ended. */
  get closed(): number {
    return this.#closed.size;
  }

  /** The current state of the waiting pod with this key; undefined: it does not exist, ends, or its gate is True. */
  current(key: string): Pod | undefined {
    return this.#closed.get(key)?.pod;
  }

  /** The verdict on an existing pod, by the table that the last delta made. */
  verdict(pod: Pod): GateVerdict {
    const key = keyOf(pod);
    if (this.#table.isUndecided(key)) return { kind: 'undecided' };
    const rejections = this.#table.rejections(key);
    if (rejections.length > 0) return { kind: 'refused', message: messageOf(rejections) };
    const declarationState = this.#table.declarationState(key);
    if (declarationState === 'none')
      return { kind: 'refused', message: `refused; expected ${REJECTIONS['paths-missing']}` };
    if (declarationState === 'waiting') return { kind: 'waiting' };
    return { kind: this.#table.isUnknown(pod.namespace) ? 'undecided' : 'routed' };
  }
}

function isOpen(pod: Pod | undefined): boolean {
  return pod?.gate?.status === 'True';
}

function isWaiting({ gate, terminating, phase }: Pod): boolean {
  return (
    gate !== undefined &&
    gate.status !== 'True' &&
    !terminating &&
    phase !== 'Succeeded' &&
    phase !== 'Failed'
  );
}

/**
 * The message leaves out the number of routes above a limit. It changes with every route of other pods, and podway
 * would have to write the condition again each time.
 */
function messageOf(rejections: readonly Rejection[]): string {
  const sentences = rejections.map(({ reason, detail }) => {
    const what = COUNTING.has(reason) ? '' : `${printable(detail)}: `;
    return `${what}refused (${reason}); expected ${REJECTIONS[reason]}`;
  });
  const text = sentences.join('. ');
  return text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH - 3)}...` : text;
}
