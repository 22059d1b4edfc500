/** Cross-origin resource sharing, as its fields say it. */
export interface Cors {
  /** Serialized, `https://*.example.com`, `null` or `*`. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
  readonly methods: string;
  /** '': those that are asked for. */
  readonly headers: string;
  readonly expose: string;
  /** Seconds. */
  readonly maxAge: number;
}
