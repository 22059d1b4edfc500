import { compareText } from '../wiring/order.ts';

interface Created {
  readonly uid: string;
  /** In milliseconds since 1970; 0: not known. */
  readonly created: number;
}

/** The one that a rollout, or its rollback, means to be the future: the last one created, of several the one with the last uid. */
export function newestOf<T extends Created>(pods: readonly T[]): T | undefined {
  let newest: T | undefined;
  for (const pod of pods) {
    const later = newest === undefined || pod.created - newest.created || compareText(pod.uid, newest.uid);
    if (later === true || (typeof later === 'number' && later > 0)) newest = pod;
  }
  return newest;
}
