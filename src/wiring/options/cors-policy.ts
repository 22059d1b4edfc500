/** The cross-origin resource sharing (CORS) of a route, as the values of response headers. */
export interface Cors {
  /** Serialized origins, patterns such as `https://*.example.com`, `null`, or `*` alone. */
  readonly origins: readonly string[];
  readonly credentials: boolean;
  readonly methods: string;
  /** '': the headers that the preflight requests. */
  readonly headers: string;
  readonly expose: string;
  /** Seconds. */
  readonly maxAge: number;
}
