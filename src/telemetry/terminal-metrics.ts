import { SmallFamilies } from './small-families.ts';

/** The figures of the terminals of this process. */
export interface TerminalFigures {
  /** Number of open terminals. */
  readonly sessions: number;
  /** Numbers since the start, by reason. */
  readonly refused: ReadonlyMap<string, number>;
  readonly ended: ReadonlyMap<string, number>;
}

/** Families about terminals; no label names a user or a pod. */
export class TerminalMetrics {
  readonly #small = new SmallFamilies();

  constructor(read: () => TerminalFigures) {
    this.#small.gauge('podway_terminal_sessions', 'Open terminals', [], (gauge) =>
      gauge.set(read().sessions),
    );
    this.#small.total(
      'podway_terminal_refused_total',
      'Refused requests to the terminal listener, by reason',
      ['reason'],
      (counter) => {
        for (const [reason, count] of read().refused) counter.inc({ reason }, count);
      },
    );
    this.#small.total('podway_terminal_ended_total', 'Ended terminals, by reason', ['reason'], (counter) => {
      for (const [reason, count] of read().ended) counter.inc({ reason }, count);
    });
  }

  /** In Prometheus' text format, to be written after other families. */
  render(): AsyncIterable<string> {
    return this.#small.render();
  }
}
