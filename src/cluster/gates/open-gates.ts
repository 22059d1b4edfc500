import type { KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../clock.ts';
import { GateWriter } from './gate-writer.ts';
import { patchConditionsOf } from './patch-condition.ts';

export interface GatesOptions {
  /** The only namespace that podway watches; undefined for all. */
  readonly namespace: string | undefined;
  readonly perSecond: number;
  /** Milliseconds that the API server has to begin an answer. */
  readonly timeout: number;
  /** Reads the kubeconfig. */
  readonly load: () => KubeConfig;
  readonly clock?: Clock;
}

/** Sets conditions of pods in the cluster of the kubeconfig. Opens no connection before there is a condition to set. */
export function openGates({
  namespace,
  perSecond,
  timeout,
  load,
  clock = systemClock,
}: GatesOptions): GateWriter {
  return new GateWriter({ patch: patchConditionsOf({ load, timeout }, namespace), clock, perSecond });
}
