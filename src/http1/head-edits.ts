import type { FoldedNames } from './folded-names.ts';

/** What is changed of the fields of a head that is passed on. */
export interface HeadEdits {
  /** Fields that are removed from every sender. */
  readonly dropped: FoldedNames;
  /** Field lines that are added, each with its CRLF. */
  readonly lines: string;
}

/** The same of a request, and what is changed of its line. */
export interface RequestEdits extends HeadEdits {
  /** For `Host`; '': the client's. */
  readonly host: string;
  /** Undefined: the path goes as it is. */
  readonly prefix: PrefixEdit | undefined;
}

/** A prefix of paths in place of another one. */
export interface PrefixEdit {
  /** What the pod gets of a path that the route took. */
  path(path: string, route: string): string;
  /** What is said in X-Forwarded-Prefix. */
  outer(route: string): string;
}
