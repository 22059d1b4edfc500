import { keyOf } from '../wiring/object-id.ts';
import type { UnselectedPod } from '../wiring/pod.ts';
import { referTo } from '../wiring/rejection.ts';
import type { Rejections } from './rejections.ts';

/**
 * Pods that the label selector leaves out, probably by mistake. Each is a rejection until it is selected, deleted or
 * corrected.
 */
export class UnselectedPods {
  readonly #rejections: Rejections;
  readonly #isSelected: (key: string) => boolean;
  #known = new Map<string, UnselectedPod>();

  /** @param isSelected whether the label selector now selects the pod of this key */
  constructor(rejections: Rejections, isSelected: (key: string) => boolean) {
    this.#rejections = rejections;
    this.#isSelected = isSelected;
  }

  /** Replaces the list of these pods. A pod that has been selected meanwhile is left out. */
  replace(pods: readonly UnselectedPod[]): void {
    const before = this.#known;
    this.#known = new Map(pods.map((pod) => [keyOf(pod), pod]));
    for (const key of before.keys()) if (!this.#known.has(key)) this.#set(key, undefined);
    for (const [key, pod] of this.#known) {
      if (this.#isSelected(key)) this.selected(key);
      else if (!same(before.get(key), pod)) this.#set(key, pod);
    }
  }

  /** The watch has delivered the pod of this key. */
  selected(key: string): void {
    if (this.#known.delete(key)) this.#set(key, undefined);
  }

  #set(key: string, pod: UnselectedPod | undefined): void {
    this.#rejections.set(
      `Unselected/${key}`,
      pod === undefined ? [] : [{ object: referTo(pod), reason: 'label-unknown', detail: pod.unselected }],
    );
  }
}

function same(a: UnselectedPod | undefined, b: UnselectedPod): boolean {
  return a?.uid === b.uid && a.unselected === b.unselected;
}
