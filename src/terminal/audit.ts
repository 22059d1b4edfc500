import type { EndReason, RefusalReason } from './rules/reasons.ts';

/** Who enters which container, and how. All texts are printable. */
export interface AuditSubject {
  /** A random identifier of this terminal. */
  readonly terminal: string;
  readonly user: string | undefined;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string | undefined;
  readonly program: 'shell' | 'attach' | 'command';
  readonly readOnly: boolean;
  /** The command and its arguments, if the audit log has them. */
  readonly command: readonly string[] | undefined;
}

export interface AuditEnd {
  readonly reason: EndReason;
  readonly detail: string;
  readonly exitCode: number | undefined;
  /** Milliseconds. */
  readonly duration: number;
  /** Bytes to the page (`output`), and to the pod (`input`). */
  readonly output: number;
  readonly input: number;
  /** Messages of the page that a read-only session did not pass on. */
  readonly refusedMessages: number;
}

/** Takes reports about terminals. */
export interface Audit {
  began(subject: AuditSubject): void;
  ended(subject: AuditSubject, end: AuditEnd): void;
  /** podway refused a terminal. `client`: the address of the client. */
  refused?(reason: RefusalReason, client: string): void;
  /** The recording of a terminal is incomplete. `why`: printable. */
  recordingStopped(subject: AuditSubject, reason: string): void;
}
