import { FOLD } from './octets.ts';

/**
 * Names of fields, in every spelling that an application may take for them: in any case, and with any character in
 * place of `-` (see FOLD). There are few names, so `has` compares each.
 */
export class FoldedNames {
  readonly #names: readonly Uint8Array[];

  constructor(names: readonly string[], more: readonly Uint8Array[] = []) {
    const folded = names.map((name) => Uint8Array.from(name, (char) => FOLD[char.charCodeAt(0)] ?? 0));
    this.#names = [...folded, ...more];
  }

  /** Both sets of names together. */
  with(others: FoldedNames): FoldedNames {
    return new FoldedNames([], [...this.#names, ...others.#names]);
  }

  /** Whether the name at `text[start, end)` is one of them. */
  has(text: string, start: number, end: number): boolean {
    for (const name of this.#names) {
      if (name.length !== end - start) continue;
      let at = 0;
      while (at < name.length && FOLD[text.charCodeAt(start + at)] === name[at]) at++;
      if (at === name.length) return true;
    }
    return false;
  }
}
