import { GOAWAY_REASONS, type Http2Figures, RESETTERS } from '../boundary/http2-figures.ts';
import type { SmallFamilies } from './small-families.ts';

/** The counts of workers for HTTP/2 clients that have a label. Every series exists from the start. */
export class Http2Metrics {
  readonly #goaways;
  readonly #resets;

  constructor(families: SmallFamilies) {
    this.#goaways = families.counter(
      'podway_http2_goaways_total',
      'HTTP/2 connections of clients that podway ended with GOAWAY, by reason',
      ['reason'],
    );
    this.#resets = families.counter(
      'podway_http2_resets_total',
      'Streams of HTTP/2 clients that were reset',
      ['by'],
    );
    for (const reason of GOAWAY_REASONS) this.#goaways.inc({ reason }, 0);
    for (const by of RESETTERS) this.#resets.inc({ by }, 0);
  }

  add({ goaways, resets }: Http2Figures): void {
    for (const reason of GOAWAY_REASONS) this.#goaways.inc({ reason }, goaways[reason]);
    for (const by of RESETTERS) this.#resets.inc({ by }, resets[by]);
  }
}
