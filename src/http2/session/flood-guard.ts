import { CODE } from './codes.ts';
import { type Fault, fault } from './fault.ts';
import type { LocalSettings } from './local-settings.ts';
import { TokenBucket } from './token-bucket.ts';

/** Frames that ask for work and bring nothing: PING, SETTINGS, PRIORITY, empty DATA, unknown ones, late ones. */
const IDLE_FRAMES = { burst: 1_000, perSecond: 300 } as const;
/** Streams above the allowed number that are refused in a second, besides as many as are allowed. */
const REFUSED_A_SECOND = 33;

/** What one connection may do of that which costs more to serve than to send (RFC 9113 section 10.5). */
export class FloodGuard {
  readonly #clock: { readonly now: number };
  readonly #idle = new TokenBucket(IDLE_FRAMES);
  readonly #resets: TokenBucket;
  readonly #refused: TokenBucket;
  readonly #invalid: TokenBucket;

  constructor({ resets, streams, invalid }: LocalSettings, clock: { readonly now: number }) {
    this.#clock = clock;
    this.#resets = new TokenBucket(resets);
    this.#refused = new TokenBucket({ burst: streams, perSecond: REFUSED_A_SECOND });
    this.#invalid = new TokenBucket(invalid);
  }

  /** A frame that brings nothing. */
  idle(): Fault | undefined {
    return this.#take(this.#idle, 'too many frames that bring nothing');
  }

  /** A frame that brings something, of either side: with it may come one that does not, as peers of gRPC measure round trips by PING. */
  useful(): void {
    this.#idle.giveBack();
  }

  /** RST_STREAM (CVE-2023-44487). */
  reset(): Fault | undefined {
    return this.#take(this.#resets, 'too many resets');
  }

  /** A stream above the allowed number. */
  refused(): Fault | undefined {
    return this.#take(this.#refused, 'too many streams');
  }

  /**
   * A message or frame that breaks a rule of its stream. Peers that make this side reset a stream would spare themselves the
   * RST_STREAM, and its limit (CVE-2025-8671).
   */
  invalid(): Fault | undefined {
    return this.#take(this.#invalid, 'too many malformed messages');
  }

  #take(bucket: TokenBucket, why: string): Fault | undefined {
    return bucket.take(this.#clock.now) ? undefined : fault(CODE.enhanceYourCalm, why);
  }
}
