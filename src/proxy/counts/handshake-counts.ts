import {
  HANDSHAKE_BUCKETS,
  type HandshakeFailure,
  type HandshakeFigures,
} from '../../boundary/handshakes.ts';
import { bucketOf } from './bucket.ts';

/** The counts of one worker for TLS handshakes. */
export class HandshakeCounts {
  /** By version. */
  readonly #done = { full: new Map<string, number>(), resumed: new Map<string, number>() };
  readonly #failed = new Map<HandshakeFailure, number>();
  #full = nothing();
  #resumed = nothing();

  /** @param seconds since the first byte of the client */
  done(version: string, resumed: boolean, seconds: number): void {
    const done = resumed ? this.#done.resumed : this.#done.full;
    done.set(version, (done.get(version) ?? 0) + 1);
    const durations = resumed ? this.#resumed : this.#full;
    const bucket = bucketOf(seconds, HANDSHAKE_BUCKETS);
    durations.buckets[bucket] = (durations.buckets[bucket] as number) + 1;
    durations.sum += seconds;
  }

  failed(reason: HandshakeFailure): void {
    this.#failed.set(reason, (this.#failed.get(reason) ?? 0) + 1);
  }

  /** The increments since the last call. */
  take(): HandshakeFigures {
    const { full, resumed } = this.#done;
    const figures = {
      done: [
        ...Array.from(full, ([version, count]) => ({ version, resumed: false, count })),
        ...Array.from(resumed, ([version, count]) => ({ version, resumed: true, count })),
      ],
      failed: Array.from(this.#failed, ([reason, count]) => ({ reason, count })),
      full: this.#full,
      resumed: this.#resumed,
    };
    full.clear();
    resumed.clear();
    this.#failed.clear();
    this.#full = nothing();
    this.#resumed = nothing();
    return figures;
  }
}

function nothing(): { readonly buckets: number[]; sum: number } {
  return { buckets: Array.from({ length: HANDSHAKE_BUCKETS.length + 1 }, () => 0), sum: 0 };
}
