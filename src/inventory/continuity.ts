/** Controllers of a namespace that are remembered: enough for all pods of a small one to go and come back. */
const MOST_OWNERS = 16;

/**
 * Determines whether a namespace without a pod that has pods again is the same one, or another one of that name. Pods say
 * nothing of their namespace but its name. But the controller that made them (a ReplicaSet, a StatefulSet) lives and dies
 * with the namespace, and its uid is never used again: a new pod of the controller of an earlier one is in the same
 * namespace.
 */
export class Continuity {
  /** Controllers of pods that are gone, the latest last. */
  #owners: readonly string[] = [];
  /** The release that ends what is remembered; undefined while there is nothing. */
  #release: number | undefined;
  #wasOpen = false;
  #isSame = false;
  #isUnanswered = false;

  /** Something is known of it though it may have no pods. */
  get isRemembered(): boolean {
    return this.#release !== undefined;
  }

  /** The namespace is the one that was open when its last pod was deleted. */
  get isSame(): boolean {
    return this.#isSame;
  }

  /** It is the same, and whether it has got a key since cannot be found out. */
  get isTrusted(): boolean {
    return this.#isSame && this.#isUnanswered;
  }

  /** A pod of this controller is gone, and the namespace is open. */
  gone(owner: string | undefined): void {
    if (owner === undefined) return;
    const others = this.#owners.filter((it) => it !== owner);
    this.#owners = [...others, owner].slice(-MOST_OWNERS);
  }

  /** A pod of this controller was added, and a question is open. */
  came(owner: string | undefined): void {
    if (!this.#wasOpen || owner === undefined) return;
    this.#isSame ||= this.#owners.includes(owner);
  }

  /**
   * The last pod is gone, and the namespace is open. False: there is nothing by which it could be known again.
   *
   * @param release its number
   */
  remember(release: number): boolean {
    if (this.#owners.length === 0) return false;
    this.#release = release;
    this.#wasOpen = true;
    this.#isSame = false;
    this.#isUnanswered = false;
    return true;
  }

  unanswered(): void {
    this.#isUnanswered = true;
  }

  /** It was remembered for long enough. False: that was another release. */
  release(number: number): boolean {
    if (this.#release !== number) return false;
    this.#release = undefined;
    // One that turned out to be the same stays that until the question is answered.
    if (!this.#isSame) this.clear();
    return true;
  }

  /** It is known whether it has keys: earlier facts no longer matter. */
  clear(): void {
    this.#owners = [];
    this.#release = undefined;
    this.#wasOpen = false;
    this.#isSame = false;
    this.#isUnanswered = false;
  }
}
