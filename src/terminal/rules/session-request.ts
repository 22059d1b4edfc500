import { own } from '../../wiring/json.ts';
import type { PodTarget } from '../../podstream/pod-target.ts';
import { terminalSize, type TerminalSize } from '../../podstream/terminal-size.ts';

const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** What runs the shell that there is; not every image has bash. */
const SHELL: readonly string[] = ['sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'];

/** What is run in a container: the shell that there is, or a command; or what runs already is attached to. */
export type Program = 'shell' | 'attach' | { readonly command: readonly string[] };

/** The words of the request; undefined: attach. */
export function commandOf(program: Program): readonly string[] | undefined {
  if (program === 'attach') return undefined;
  return program === 'shell' ? SHELL : program.command;
}

/** What a terminal is asked for. */
export interface SessionRequest {
  readonly target: PodTarget;
  readonly program: Program;
  /** Nothing that is typed reaches the pod. */
  readonly readOnly: boolean;
  /** Of the page, before the first byte. */
  readonly size: TerminalSize;
}

/** The size of the page's terminal, or the usual one. */
export function readSize(body: unknown): TerminalSize {
  return terminalSize({ columns: own(body, 'columns'), rows: own(body, 'rows') }) ?? DEFAULT_SIZE;
}
