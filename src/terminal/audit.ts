import type { EndReason, RefusalReason } from './rules/reasons.ts';

/** Who enters which container, and how; every text is printable. */
export interface AuditSubject {
  /** Random, of this terminal. */
  readonly terminal: string;
  readonly user: string | undefined;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string | undefined;
  readonly program: 'shell' | 'attach' | 'command';
  readonly readOnly: boolean;
  /** The words of a command, if they are to be written. */
  readonly command: readonly string[] | undefined;
}

export interface AuditEnd {
  readonly reason: EndReason;
  readonly detail: string;
  readonly exitCode: number | undefined;
  /** Milliseconds. */
  readonly duration: number;
  /** Bytes to the page, and to the pod. */
  readonly output: number;
  readonly input: number;
  /** Messages of the page that a session which only watches does not pass on. */
  readonly refusedMessages: number;
}

/** Called when a terminal begins and when it ends. */
export interface Audit {
  began(subject: AuditSubject): void;
  ended(subject: AuditSubject, end: AuditEnd): void;
  /** A user got no terminal; `client` is his address. */
  refused?(reason: RefusalReason, client: string): void;
  /** The recording of a terminal is not whole. `why`: printable. */
  recordingStopped(subject: AuditSubject, why: string): void;
}
