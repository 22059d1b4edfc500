import type { Pod } from '../../wiring/pod.ts';
import type { RejectionReason } from '../../wiring/rejection.ts';
import type { NamespaceSecret } from '../../wiring/secret.ts';

/** What a document or a file says that concerns us. */
export interface Contents {
  readonly pods: readonly Pod[];
  readonly secrets: readonly NamespaceSecret[];
  readonly suspects: readonly Suspect[];
}

/** A document that may be meant as a namespace's key and that nobody can use. Its namespace must not be open. */
export interface Suspect {
  /**
   * Where it belongs: a name; a number or a boolean that YAML made of a name without quotes; undefined when it cannot be
   * told.
   */
  readonly namespace: string | number | boolean | undefined;
  readonly reason: Extract<RejectionReason, 'not-understood' | 'wrong-type'>;
  /** Why, and which part of the document; nothing of a Secret's values. */
  readonly why: string;
}
