/**
 * A set whose members know their place in it, in the field that it is given the name of: -1 while they are in none. V8 makes a Set
 * that sees many come and go afresh again and again, and the tables left behind keep members that are gone (see
 * `src/http2/session/numbered-streams.ts`); nor is anything looked up here.
 */
export class Roster<Field extends string, Member extends Record<Field, number>> {
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

  /** False: it was not in it. */
  delete(member: Member): boolean {
    const at = member[this.#field];
    if (at < 0) return false;
    const last = this.#members.pop() as Member;
    if (last !== member) this.#put(last, at);
    (member as Record<Field, number>)[this.#field] = -1;
    return true;
  }

  /** The newest first, but those that come meanwhile not. Any may leave; then another one may be visited twice. */
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
