/**
 * Maximum number of controllers that podway remembers for one namespace. It is enough for a small namespace whose pods
 * are all deleted and created again.
 */
const MAX_OWNERS = 16;

/**
 * Determines whether a namespace that had no pods and now has pods again is the same one, or another one of that name.
 * A pod names its namespace but does not have the namespace's uid. The controller of a pod (a ReplicaSet, a
 * StatefulSet) exists only in its namespace, and Kubernetes never uses the controller's uid again. So a new pod of a
 * controller that podway remembers is in the same namespace.
 */
export class Continuity {
  /** The uids of the controllers of deleted pods, the latest last. */
  #owners: readonly string[] = [];
  /** The number of the release at which podway forgets the namespace; undefined while no release is pending. */
  #release: number | undefined;
  #wasOpen = false;
  #isSame = false;
  #isUnanswered = false;

  /** podway remembers the namespace, although it may have no pods. */
  get isRemembered(): boolean {
    return this.#release !== undefined;
  }

  /** The namespace is the one that was open when its last pod was deleted. */
  get isSame(): boolean {
    return this.#isSame;
  }

  /** It is the same namespace, and podway could not find out whether it has received a key since. */
  get isTrusted(): boolean {
    return this.#isSame && this.#isUnanswered;
  }

  /** A pod of this controller was deleted while the namespace was open. */
  podDeleted(owner: string | undefined): void {
    if (owner === undefined) return;
    const others = this.#owners.filter((it) => it !== owner);
    this.#owners = [...others, owner].slice(-MAX_OWNERS);
  }

  /** A pod of this controller was added while a question about the namespace is open. */
  podAdded(owner: string | undefined): void {
    if (!this.#wasOpen || owner === undefined) return;
    this.#isSame ||= this.#owners.includes(owner);
  }

  /**
   * The last pod was deleted while the namespace was open. Returns false when no controller is known by which podway
   * could recognise the namespace.
   *
   * @param release the number of the release that ends this
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

  /**
   * The time for which podway remembers the namespace is over. Returns false when `number` belongs to another release.
   */
  release(number: number): boolean {
    if (this.#release !== number) return false;
    this.#release = undefined;
    // A namespace that was recognised keeps this state until the question is answered.
    if (!this.#isSame) this.clear();
    return true;
  }

  /** podway knows whether the namespace has keys, so what it remembered no longer matters. */
  clear(): void {
    this.#owners = [];
    this.#release = undefined;
    this.#wasOpen = false;
    this.#isSame = false;
    this.#isUnanswered = false;
  }
}
