import { keyOf } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { printable, REJECTIONS, type Rejection } from '../wiring/rejection.ts';
import { COUNTING } from './rejections.ts';

/** The condition that podway sets on a pod that waits for it. */
export type GateVerdict =
  | { readonly kind: 'waiting' }
  /** The outcome of its declarations is not known yet: it has to be judged again with the next table. */
  | { readonly kind: 'undecided' }
  /** Some of its declarations are rejected, or it has none; the message says which, and what was expected. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The table of the last delta routes all of it. */
  | { readonly kind: 'routed' };

/** How far a pod's declarations are in the table. */
export type Standing = 'none' | 'waiting' | 'routed';

interface Table {
  /** The rejected parts of the pod. */
  rejections(key: string): readonly Rejection[];
  standing(key: string): Standing;
  /**
   * What is said of the pod is of an earlier one or of none: it has changed since the last delta, or no namespace holds a
   * host yet.
   */
  isUndecided(key: string): boolean;
  /** It is not known whether the namespace has a key: its pods get nothing. */
  isUnknown(namespace: string): boolean;
}

/** A pod whose gate is not True. */
interface ClosedPod {
  readonly pod: Pod;
  /** A caller took it with the others that were touched, and must learn of its end. */
  isTaken: boolean;
}

/** A message of a condition has at most 32,768 characters; more would not be read. */
const LONGEST_MESSAGE = 1_024;
/** How `Rejections` names a pod, before its key. */
const POD = 'Pod/';

/**
 * Pods with podway's readiness gate. The gate of a pod is set when the pod is routed, and never taken back: a failure of
 * podway must not make running pods unready. Which of them are to be judged again is noted, so that a table costs no more
 * than what it changes, however many wait.
 */
export class GatedPods {
  readonly #table: Table;
  /** By their key. */
  readonly #closed = new Map<string, ClosedPod>();
  /** Keys of those that came, went, changed, or are judged by something that changed. */
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

  /** What is refused of an object may be something else now; its name as `Rejections` has it. */
  rejectionsChanged(object: string): void {
    if (object.startsWith(POD)) this.touch(object.slice(POD.length));
  }

  /** The pod of this key has to be judged again, if it waits. */
  touch(key: string): void {
    if (this.#closed.has(key)) this.#touched.add(key);
  }

  /** Keys of those whose verdict may be another one than at the last call; also of some that wait no longer. */
  takeTouched(): ReadonlySet<string> {
    const touched = this.#touched;
    this.#touched = new Set();
    for (const key of touched) {
      const closed = this.#closed.get(key);
      if (closed !== undefined) closed.isTaken = true;
    }
    return touched;
  }

  /** Pods whose gate is True. */
  get open(): number {
    return this.#open;
  }

  /** Pods whose gate is not True, and which are not on their way out. */
  get closed(): number {
    return this.#closed.size;
  }

  /** The pod of this key as it is now; undefined: there is none, it ends, or its gate is True. */
  current(key: string): Pod | undefined {
    return this.#closed.get(key)?.pod;
  }

  /** Of a pod that is there now, by the table that the last delta made. */
  verdict(pod: Pod): GateVerdict {
    const key = keyOf(pod);
    if (this.#table.isUndecided(key)) return { kind: 'undecided' };
    const rejections = this.#table.rejections(key);
    if (rejections.length > 0) return { kind: 'refused', message: messageOf(rejections) };
    const standing = this.#table.standing(key);
    if (standing === 'none')
      return { kind: 'refused', message: `refused; expected ${REJECTIONS['paths-missing']}` };
    if (standing === 'waiting') return { kind: 'waiting' };
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

/** How much the limits leave out changes with every route of the neighbours, and so would the condition: it is left out. */
function messageOf(rejections: readonly Rejection[]): string {
  const sentences = rejections.map(({ reason, detail }) => {
    const what = COUNTING.has(reason) ? '' : `${printable(detail)}: `;
    return `${what}refused (${reason}); expected ${REJECTIONS[reason]}`;
  });
  const text = sentences.join('. ');
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 3)}...` : text;
}
