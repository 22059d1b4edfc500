import type { KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../clock.ts';
import { EventWriter } from './event-writer.ts';
import { postEventTo } from './post-event.ts';

export interface EventsOptions {
  /** The one namespace that is watched; all of them when undefined. */
  readonly namespace: string | undefined;
  readonly perSecond: number;
  readonly longestQueue: number;
  /** Milliseconds that the API server may take to begin an answer. */
  readonly timeout: number;
  /** Reads the kubeconfig. */
  readonly load: () => KubeConfig;
  readonly clock?: Clock;
}

/** Writes Events to the cluster of the kubeconfig. Nothing is opened before there is one to write. */
export function openEvents(options: EventsOptions): EventWriter {
  const { namespace, perSecond, longestQueue, timeout, load, clock = systemClock } = options;
  return new EventWriter({ post: postEventTo({ load, timeout }, namespace), clock, perSecond, longestQueue });
}
