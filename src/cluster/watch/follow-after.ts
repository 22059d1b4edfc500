/** Follows a stream until its signal aborts. */
type Follow = (signal: AbortSignal) => Promise<void>;

/** Progress of a kind for which another kind waits. */
export interface ListProgress {
  /** Resolves when the kind has been listed for the first time, and that list was delivered. */
  readonly listed: Promise<void>;
  /** Resolves when the first attempt to list it has failed. */
  readonly failed: Promise<void>;
}

/**
 * Follows a kind whose first list must be requested after the first list of another kind is complete. So the first list
 * of Secrets proves which namespaces of the first list of pods have none. If podway requested both together, it could
 * miss a Secret that was created between the two lists, and would have to ask about every namespace separately.
 *
 * If the first kind cannot be listed, podway follows the second one meanwhile, so that all problems show at once. It
 * lists the second one again as soon as the first one has been listed.
 */
export async function followAfter(follow: Follow, first: ListProgress, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let isListed = false;
  const early = new AbortController();
  void first.listed.then(() => {
    isListed = true;
    early.abort();
    return undefined;
  });
  await Promise.race([first.listed, first.failed, aborted]);
  if (!isListed && !signal.aborted) {
    await follow(AbortSignal.any([signal, early.signal]));
  }
  if (!signal.aborted) await follow(signal);
}
