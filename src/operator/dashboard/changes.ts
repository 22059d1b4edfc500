import type { DashboardState, Point } from './state.ts';

type Part = Exclude<keyof DashboardState, 'points'>;

/** Finds the parts of the state that differ from what was sent before. */
export class Changes {
  /** The last sent value of each part, and its JSON. */
  readonly #sent = new Map<Part, { value: unknown; readonly text: string }>();
  /** Time of the newest point that was sent. */
  #time = 0;

  /** The parts that differ; undefined: no part differs. The returned parts count as sent. */
  take(state: DashboardState): Partial<DashboardState> | undefined {
    const { points, ...parts } = state;
    const different: [string, unknown][] = [];
    for (const [name, value] of Object.entries(parts)) {
      const sent = this.#sent.get(name as Part);
      if (sent?.value === value) continue;
      const text = JSON.stringify(value);
      this.#sent.set(name as Part, { value, text });
      if (sent?.text !== text) different.push([name, value]);
    }
    const news = newer(points, this.#time);
    if (news.length > 0) different.push(['points', news]);
    this.#time = points.at(-1)?.[0] ?? this.#time;
    return different.length === 0 ? undefined : Object.fromEntries(different);
  }
}

function newer(points: readonly Point[], time: number): readonly Point[] {
  let from = points.length;
  while (from > 0 && (points[from - 1] as Point)[0] > time) from -= 1;
  return points.slice(from);
}
