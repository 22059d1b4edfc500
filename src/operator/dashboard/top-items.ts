import type { Rows } from './state.ts';

/** Keeps the first items of many in an order, and counts all. It needs little more than one comparison for each item. */
export class TopItems<T> {
  readonly #max: number;
  readonly #compare: (a: T, b: T) => number;
  readonly #first: T[] = [];
  total = 0;

  constructor(max: number, compare: (a: T, b: T) => number) {
    this.#max = max;
    this.#compare = compare;
  }

  add(item: T): void {
    this.total += 1;
    const first = this.#first;
    if (first.length === this.#max && this.#compare(item, first.at(-1) as T) >= 0) return;
    let from = 0;
    for (let to = first.length; from < to; ) {
      const middle = (from + to) >> 1;
      if (this.#compare(item, first[middle] as T) < 0) to = middle;
      else from = middle + 1;
    }
    first.splice(from, 0, item);
    if (first.length > this.#max) first.pop();
  }

  rows<R>(shown: (item: T) => R): Rows<R> {
    return { total: this.total, rows: this.#first.map(shown) };
  }
}
