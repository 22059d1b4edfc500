import { CODE } from './codes.ts';
import { type Fault, fault } from './fault.ts';
import type { LocalSettings } from './local-settings.ts';
import { TokenBucket } from './token-bucket.ts';

/** Limit of frames that cost work and carry no content: PING, SETTINGS, PRIORITY, empty DATA, unknown frames, frames of closed streams. */
const IDLE_FRAMES = { burst: 1_000, perSecond: 300 } as const;
/** Streams above the maximum that a peer may open each second, after one burst of as many as the maximum. */
const REFUSED_PER_SECOND = 33;

/**
 * Limits how often one peer may send frames that cost more to process than to send (RFC 9113 section 10.5). Each method counts one
 * event and returns a fault with ENHANCE_YOUR_CALM when the peer is above the limit.
 */
export class FloodGuard {
  readonly #clock: { readonly now: number };
  readonly #idle = new TokenBucket(IDLE_FRAMES);
  readonly #resets: TokenBucket;
  readonly #refused: TokenBucket;
  readonly #invalid: TokenBucket;

  constructor({ resets, streams, invalid }: LocalSettings, clock: { readonly now: number }) {
    this.#clock = clock;
    this.#resets = new TokenBucket(resets);
    this.#refused = new TokenBucket({ burst: streams, perSecond: REFUSED_PER_SECOND });
    this.#invalid = new TokenBucket(invalid);
  }

  /** The peer sent a frame without content. */
  idle(): Fault | undefined {
    return this.#take(this.#idle, 'too many frames without content');
  }

  /**
   * Either side sent a frame with content. The peer may then send one more frame without content, because gRPC peers measure round
   * trips by PING.
   */
  useful(): void {
    this.#idle.giveBack();
  }

  /** The peer sent RST_STREAM (CVE-2023-44487). */
  reset(): Fault | undefined {
    return this.#take(this.#resets, 'too many resets');
  }

  /** The peer opened a stream above the allowed number. */
  refused(): Fault | undefined {
    return this.#take(this.#refused, 'too many streams');
  }

  /**
   * The peer broke a rule of one stream. Without this limit, a peer could avoid the limit of its own RST_STREAM frames by making this
   * side reset the streams (CVE-2025-8671).
   */
  invalid(): Fault | undefined {
    return this.#take(this.#invalid, 'too many malformed messages');
  }

  #take(bucket: TokenBucket, detail: string): Fault | undefined {
    return bucket.take(this.#clock.now) ? undefined : fault(CODE.enhanceYourCalm, detail);
  }
}
