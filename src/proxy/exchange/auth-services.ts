import type { AuthReason } from '../../boundary/reasons.ts';

/** The fields that a service of `auth=` gets, by their names. */
export type AuthFields = Readonly<Record<string, string>>;

/** `fields` and `cookies` are field lines, each with its CRLF. */
export type AuthAnswer =
  | { readonly kind: 'let'; readonly fields: string; readonly cookies: string }
  | { readonly kind: 'refused'; readonly status: number; readonly fields: string }
  | { readonly kind: 'unavailable'; readonly reason: Exclude<AuthReason, 'auth-refused'> };

/** The services of `auth=`, by their names. */
export interface AuthServices {
  /** Names of the fields that pods get from this service, and from no other sender. */
  headersOf(name: string): readonly string[];
  /** Calls `done` once, unless the call is ended before. Returns the function that ends it. */
  ask(name: string, fields: AuthFields, done: (answer: AuthAnswer) => void): () => void;
}
