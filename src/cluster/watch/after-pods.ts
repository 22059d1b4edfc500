/** Follows a stream until its signal aborts. */
export type Follow = (signal: AbortSignal) => Promise<void>;

export interface PodsProgress {
  /** Resolves when pods have been listed for the first time, and that list was delivered. */
  readonly listed: Promise<void>;
  /** Resolves when the first attempt to list them has failed. */
  readonly failed: Promise<void>;
}

/**
 * Follows Secrets so that their first list proves which namespaces of the first list of pods have none: it is asked for
 * when that one is complete. Were they asked for together, a Secret made between the two lists could be missed, and every
 * namespace would have to be asked about by itself.
 *
 * When pods cannot be listed, Secrets are followed meanwhile, so that all that is wrong shows at once; and listed anew
 * as soon as pods have been.
 */
export async function followAfterPods(
  follow: Follow,
  pods: PodsProgress,
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let isListed = false;
  const early = new AbortController();
  void pods.listed.then(() => {
    isListed = true;
    early.abort();
    return undefined;
  });
  await Promise.race([pods.listed, pods.failed, aborted]);
  if (!isListed && !signal.aborted) {
    await follow(AbortSignal.any([signal, early.signal]));
  }
  if (!signal.aborted) await follow(signal);
}
