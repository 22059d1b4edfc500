import {
  GOAWAY_REASONS,
  type GoawayReason,
  type Http2Figures,
  RESETTERS,
  type Resetter,
} from '../../boundary/http2-figures.ts';
import { zeroes } from './zeroes.ts';

/**
 * The counts of one worker for HTTP/2 connections of clients that podway ended by GOAWAY, and for streams that were
 * reset.
 */
export class Http2Counts {
  #goaways = zeroes(GOAWAY_REASONS);
  #resets = zeroes(RESETTERS);

  goawaySent(reason: GoawayReason): void {
    this.#goaways[reason] += 1;
  }

  reset(by: Resetter): void {
    this.#resets[by] += 1;
  }

  /** The increments since the last call. */
  take(): Http2Figures {
    const taken = { goaways: this.#goaways, resets: this.#resets };
    this.#goaways = zeroes(GOAWAY_REASONS);
    this.#resets = zeroes(RESETTERS);
    return taken;
  }
}
