import type { FoldedNames } from './folded-names.ts';

/** What is changed of the fields of a head that is passed on. */
export interface HeadEdits {
  /** Fields that are left out, whoever sent them. */
  readonly dropped: FoldedNames;
  /** Field lines that are added, each with its CRLF. */
  readonly lines: string;
}
