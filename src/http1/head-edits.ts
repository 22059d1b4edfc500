import type { FoldedNames } from './folded-names.ts';

/** Changes to the fields of a head that is passed on. */
export interface HeadEdits {
  /** Fields that are removed, regardless of the sender. */
  readonly dropped: FoldedNames;
  /** Field lines that are added, each with its CRLF. */
  readonly lines: string;
}

/** Changes to a request: to its fields and its request line. */
export interface RequestEdits extends HeadEdits {
  /** The value of `Host`; '': the client's. */
  readonly host: string;
  /** Undefined: the path is unchanged. */
  readonly prefix: PrefixEdit | undefined;
}

/** Replaces one prefix of paths by another one. */
export interface PrefixEdit {
  /**
   * The path that the pod gets.
   *
   * @param route the path of the route
   */
  path(path: string, route: string): string;
  /** The value for X-Forwarded-Prefix. */
  outer(route: string): string;
}
