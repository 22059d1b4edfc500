import type { ExitStatus } from '../../podstream/exit-status.ts';
import type { Closure } from './closure.ts';

/** Outcome of exec or attach. Texts are printable. */
export type Outcome =
  /** As the container runtime reports it. */
  | Exclude<ExitStatus, { readonly kind: 'unreadable' }>
  /** Unknown: the stream ended before the runtime reported the status. Output may be missing. */
  | { readonly kind: 'lost'; readonly detail: string };

/** Milliseconds without data after which the silence may be the reason for the end of a stream. */
const IDLE_THRESHOLD = 5 * 60_000;

/** A stream that ends without a Status is a failure, regardless of its close code (kubernetes#124571). */
export function outcomeOf(status: ExitStatus | undefined, closure: Closure): Outcome {
  if (status?.kind === 'unreadable') return { kind: 'lost', detail: status.detail };
  if (status !== undefined) return status;
  const { detail, idle } = closure;
  const minutes = Math.round(idle / 60_000);
  const limit =
    idle < IDLE_THRESHOLD
      ? ''
      : ` (no data for ${minutes} minutes: clusters end such streams after 4 hours, balancers sooner)`;
  return { kind: 'lost', detail: `the stream ended without an exit status: ${detail}${limit}` };
}
