/**
 * A set whose members know their index in it, in the field of this name: -1 while they are not in it. V8 rebuilds a Set
 * again and again if many members come and go, and the tables left behind keep former members in memory (see
 * `src/http2/session/numbered-streams.ts`). Also, an IndexedSet needs no look-ups.
 */
export class IndexedSet<Field extends string, Member extends Record<Field, number>> {
  readonly #field: Field;
  readonly #members: Member[] = [];

  constructor(field: Field) {
    this.#field = field;
  }

  get size(): number {
    return this.#members.length;
  }

  add(member: Member): void {
    if (member[this.#field] < 0) this.#put(member, this.#members.push(member) - 1);
  }

  /** Returns false if it was no member. */
  delete(member: Member): boolean {
    const at = member[this.#field];
    if (at < 0) return false;
    const last = this.#members.pop() as Member;
    if (last !== member) this.#put(last, at);
    (member as Record<Field, number>)[this.#field] = -1;
    return true;
  }

  /**
   * Visits the newest members first, and none that are added meanwhile. Any member may leave; then another one may be
   * visited twice.
   */
  each(visit: (member: Member) => void): void {
    const members = this.#members;
    for (let at = members.length - 1; at >= 0; at -= 1) {
      const member = members[at];
      if (member !== undefined) visit(member);
    }
  }

  #put(member: Member, at: number): void {
    this.#members[at] = member;
    (member as Record<Field, number>)[this.#field] = at;
  }
}
