/** Maximum number of edits between a misspelled name and the name that was meant. */
const MAX_EDITS = 2;
/** Minimum number of letters of an abbreviation. */
const MIN_PREFIX_LENGTH = 3;

/** The only name that begins with `written`, else the closest name; undefined if no name is near. */
export function suggestName(written: string, names: readonly string[]): string | undefined {
  const [first, ...others] = names.filter((it) => it.startsWith(written.toLowerCase()));
  const isStart = written.length >= MIN_PREFIX_LENGTH && others.length === 0;
  return (isStart ? first : undefined) ?? closest(written, names);
}

/** The name with the fewest edits from `written`; undefined if no name is near. */
export function closest(written: string, names: readonly string[]): string | undefined {
  const text = written.toLowerCase();
  let best: string | undefined;
  let fewest = Math.min(MAX_EDITS, Math.floor(text.length / 2)) + 1;
  for (const name of names) {
    const edits = Math.abs(name.length - text.length) < fewest ? distance(text, name) : fewest;
    if (edits < fewest) [best, fewest] = [name, edits];
  }
  return best;
}

/** Number of edits between two texts: letters inserted, deleted, replaced or transposed (optimal string alignment). */
export function distance(a: string, b: string): number {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(changed, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
