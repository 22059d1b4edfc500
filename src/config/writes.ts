import { flag, whole } from './grammar.ts';
import { annotationKey } from './kubernetes.ts';
import { setting } from './setting.ts';

/** Settings for what podway writes into the cluster. */
export const WRITES = {
  events: setting(
    'EVENTS',
    'false',
    flag(),
    'Also report rejections as Kubernetes Events on the Pod or Secret; needs permission to create events',
  ),
  eventsPerSecond: setting(
    'EVENTS_PER_SECOND',
    '5',
    whole(1, 1_000),
    'Maximum number of Events written per second',
  ),
  eventsQueue: setting(
    'EVENTS_QUEUE',
    '1000',
    whole(1, 100_000),
    'Maximum number of Events that wait to be written; further ones are dropped and counted',
  ),
  readinessGate: setting(
    'READINESS_GATE',
    'none',
    annotationKey(),
    'Type of a readiness gate, such as podway.dev/routable: podway sets the condition of that type on a pod that has the gate once every worker routes to the pod; none = podway sets no condition. Needs permission to patch pods/status',
  ),
  readinessGatesPerSecond: setting(
    'READINESS_GATES_PER_SECOND',
    '50',
    whole(1, 1_000),
    'Maximum number of conditions set per second',
  ),
} as const;
