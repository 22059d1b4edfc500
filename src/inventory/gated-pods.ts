import { keyOf, type ObjectId } from '../wiring/object-id.ts';
import type { Pod } from '../wiring/pod.ts';
import { printable, REJECTIONS, type Rejection } from '../wiring/rejection.ts';

/** What is to be said of a pod that waits for podway. */
export type GateVerdict =
  | { readonly kind: 'waiting' }
  /** Some of its wishes are refused, or it has none; the message says which, and what was expected. */
  | { readonly kind: 'refused'; readonly message: string }
  /** The table of the last delta routes all of it. */
  | { readonly kind: 'routed' };

/** How far a pod's wishes are in the table. */
export type Standing = 'none' | 'waiting' | 'routed';

interface Table {
  /** What is refused of the pod. */
  rejections(key: string): readonly Rejection[];
  standing(key: string): Standing;
  /** It is not known whether the namespace has a key: its pods get nothing. */
  isUnknown(namespace: string): boolean;
}

/** A message of a condition has at most 32,768 characters; nobody reads as many. */
const LONGEST_MESSAGE = 1_024;
const WAITING: GateVerdict = { kind: 'waiting' };

/**
 * Pods with podway's readiness gate. The gate of a pod is set when the pod is routed, and never taken back: whatever becomes of
 * podway must not make running pods unready.
 */
export class GatedPods {
  readonly #table: Table;
  /** Those whose gate is not True, by their key. */
  readonly #closed = new Map<string, Pod>();
  #open = 0;

  constructor(table: Table) {
    this.#table = table;
  }

  podChanged(previous: Pod | undefined, next: Pod | undefined): void {
    if (previous?.gate === undefined && next?.gate === undefined) return;
    if (isOpen(previous)) this.#open -= 1;
    if (isOpen(next)) this.#open += 1;
    if (next !== undefined && isWaiting(next)) this.#closed.set(keyOf(next), next);
    else if (previous !== undefined) this.#closed.delete(keyOf(previous));
  }

  /** Pods whose gate is True. */
  get open(): number {
    return this.#open;
  }

  /** Pods whose gate is not True, and which are not on their way out. */
  closed(): Iterable<Pod> {
    return this.#closed.values();
  }

  /** The pod as it is now; undefined: it is gone, another one, or its gate is True. */
  current(id: ObjectId): Pod | undefined {
    const pod = this.#closed.get(keyOf(id));
    return pod?.uid === id.uid ? pod : undefined;
  }

  /** Of the table that the last delta made. */
  verdict(pod: Pod): GateVerdict {
    const key = keyOf(pod);
    const rejections = this.#table.rejections(key);
    if (rejections.length > 0) return { kind: 'refused', message: messageOf(rejections) };
    const standing = this.#table.standing(key);
    if (standing === 'none')
      return { kind: 'refused', message: `refused; expected ${REJECTIONS['paths-missing']}` };
    return standing === 'waiting' || this.#table.isUnknown(pod.namespace) ? WAITING : { kind: 'routed' };
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

function messageOf(rejections: readonly Rejection[]): string {
  const sentences = rejections.map(
    ({ reason, detail }) => `${detail}: refused (${reason}); expected ${REJECTIONS[reason]}`,
  );
  const text = printable(sentences.join('. '));
  return text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 3)}...` : text;
}
