/** Follows a stream until its signal aborts. */
type Follow = (signal: AbortSignal) => Promise<void>;

/** How far a kind has come that another one waits for. */
export interface ListProgress {
  /** Resolves when the kind has been listed for the first time, and that list was delivered. */
  readonly listed: Promise<void>;
  /** Resolves when the first attempt to list it has failed. */
  readonly failed: Promise<void>;
}

/**
 * Follows a kind whose first list has to be requested after that of another kind is complete. So the first list of Secrets
 * proves which namespaces of the first list of pods have none: were both requested together, a Secret made between the
 * two lists could be missed, and every namespace would have to be asked about by itself.
 *
 * When the first kind cannot be listed, the second one is followed meanwhile, so that all that is wrong shows at once; and
 * it is listed again as soon as the first one has been.
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
