import type { ExitStatus } from '../../podstream/exit-status.ts';
import type { Closure } from './closure.ts';

/** What exec or attach came to. Texts are printable. */
export type Outcome =
  /** As the runtime says. */
  | Exclude<ExitStatus, { readonly kind: 'unreadable' }>
  /** Unknown: the stream ended before the runtime said it. Output may be missing. */
  | { readonly kind: 'lost'; readonly detail: string };

/** Milliseconds without data after which a stream may have been ended for that. */
const IDLE = 5 * 60_000;

/** A stream that ends without a Status is a failure, with any code of its end (kubernetes#124571). */
export function outcomeOf(status: ExitStatus | undefined, closure: Closure): Outcome {
  if (status?.kind === 'unreadable') return { kind: 'lost', detail: status.detail };
  if (status !== undefined) return status;
  const { detail, idle } = closure;
  const minutes = Math.round(idle / 60_000);
  const limit =
    idle < IDLE
      ? ''
      : ` (no data for ${minutes} minutes: clusters end such streams after 4 hours, balancers sooner)`;
  return { kind: 'lost', detail: `the stream ended without an exit status: ${detail}${limit}` };
}
