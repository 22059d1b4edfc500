import { systemClock } from '../../cluster/clock.ts';
import type { Outcome } from '../../cluster/streams/outcome.ts';
import { whenPodEnds } from '../../cluster/streams/pod-end.ts';
import { codeOfFailure } from '../../podstream/exit-status.ts';
import { redrawingSizes, terminalSize } from '../../podstream/terminal-size.ts';
import { pipeInput, pipeOutput } from './carry.ts';
import type { OpenedSession, SessionContext } from './open-session.ts';
import type { Interruption } from './interruption.ts';
import { LocalTerminal } from './local-terminal.ts';

/** Connects the streams of this process with those of the session until it ends. Resolves with the exit code. */
export async function connectStreams(
  opened: OpenedSession,
  context: Omit<SessionContext, 'env'>,
  interruption: Interruption,
): Promise<number> {
  const { session } = opened;
  const { streams, printError } = context;
  const stopWatching = endWithPod(opened);
  interruption.signal.addEventListener('abort', () => session.abandon('interrupted'));
  if (interruption.signal.aborted) session.abandon('interrupted');
  const terminal = openTerminal(opened, context);
  if (opened.streams.stdin) {
    pipeInput(session, streams, () =>
      printError('this cluster cannot signal the end of stdin (v4.channel.k8s.io, Kubernetes before 1.30)'),
    );
  }
  // A reader that does not read the output must not keep podway from ending.
  const carried = await Promise.race([pipeOutput(session, streams), interruption.came]);
  const outcome = await session.ended;
  stopWatching();
  terminal?.release(outcome.kind !== 'exited');
  if (interruption.code !== undefined) return interruption.code;
  if (carried) {
    if (carried.problem !== undefined) printError(carried.problem);
    return carried.code;
  }
  return conclude(outcome, printError);
}

/** Ends the session when its pod or container ends. Returns a function that stops this. */
function endWithPod({ session, api, target, container, pod }: OpenedSession): () => void {
  const over = new AbortController();
  const end = async () => {
    const podEnd = await whenPodEnds({
      api,
      clock: systemClock,
      target,
      container,
      before: pod,
      signal: over.signal,
    });
    if (podEnd !== undefined) session.endWhenSilent(podEnd);
  };
  void end();
  return () => over.abort();
}

/** Connects the terminals of both sides, if both sides have one. */
function openTerminal(
  { session, streams: remote }: OpenedSession,
  { verb, streams, printError }: Omit<SessionContext, 'env'>,
): LocalTerminal | undefined {
  if (!remote.tty || !remote.stdin || streams.stdin.isTTY !== true) return undefined;
  let redraws = verb === 'attach';
  if (redraws) printError('press Enter if there is no prompt');
  return new LocalTerminal(streams, (size) => {
    const usable = terminalSize(size);
    if (usable === undefined) return;
    for (const next of redraws ? redrawingSizes(usable) : [usable]) session.resize(next);
    redraws = false;
  });
}

/** The exit code of an outcome. Prints a message if the code does not explain the outcome. */
function conclude(outcome: Outcome, printError: (text: string) => void): number {
  switch (outcome.kind) {
    case 'exited':
      return outcome.code;
    case 'failed':
      printError(outcome.message);
      return codeOfFailure(outcome.message);
    case 'lost':
      printError(outcome.detail);
      return 125;
  }
}
