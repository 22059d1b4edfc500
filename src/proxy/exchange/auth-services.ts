import type { AuthReason } from '../../boundary/reasons.ts';

/** What a service of `auth=` gets: fields by their names. */
export type AuthFields = Readonly<Record<string, string>>;

/** Lines are field lines, each with its CRLF. */
export type AuthAnswer =
  | { readonly kind: 'let'; readonly fields: string; readonly cookies: string }
  | { readonly kind: 'refused'; readonly status: number; readonly fields: string }
  | { readonly kind: 'unavailable'; readonly reason: Exclude<AuthReason, 'auth-refused'> };

/** The services of `auth=`, by their names. */
export interface AuthServices {
  /** Names of fields that pods get from it, and from no other sender. */
  headersOf(name: string): readonly string[];
  /** `done` is called once, unless the call is ended before; returns what ends it. */
  ask(name: string, fields: AuthFields, done: (answer: AuthAnswer) => void): () => void;
}
