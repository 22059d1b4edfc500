import type { KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../clock.ts';
import { EventWriter } from './event-writer.ts';
import { postEventTo } from './post-event.ts';

export interface EventsOptions {
  /** The only namespace that podway watches; undefined for all. */
  readonly namespace: string | undefined;
  readonly perSecond: number;
  readonly longestQueue: number;
  /** Milliseconds that the API server has to begin an answer. */
  readonly timeout: number;
  /** Reads the kubeconfig. */
  readonly load: () => KubeConfig;
  readonly clock?: Clock;
}

/** Writes Events to the cluster of the kubeconfig. Opens no connection before there is an Event to write. */
export function openEvents(options: EventsOptions): EventWriter {
  const { namespace, perSecond, longestQueue, timeout, load, clock = systemClock } = options;
  return new EventWriter({ post: postEventTo({ load, timeout }, namespace), clock, perSecond, longestQueue });
}
