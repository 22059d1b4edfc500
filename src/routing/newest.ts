import { compareText } from '../wiring/order.ts';

interface Created {
  readonly uid: string;
  /** In milliseconds since 1970; 0: not known. */
  readonly created: number;
}

/** The pod that a rollout, or its rollback, leads to: the last one created; of several, the one whose uid sorts last. */
export function newestOf<T extends Created>(pods: readonly T[]): T | undefined {
  let newest: T | undefined;
  for (const pod of pods) {
    const later = newest === undefined || pod.created - newest.created || compareText(pod.uid, newest.uid);
    if (later === true || (typeof later === 'number' && later > 0)) newest = pod;
  }
  return newest;
}
