import { flag, text } from './grammar.ts';
import { setting } from './setting.ts';

/** Pods near to the router. */
export const ZONES = {
  zonePreference: setting(
    'ZONE_PREFERENCE',
    'false',
    flag(),
    "Requests stay in `ZONE` as far as the pods of a route there have the capacity: all do where each zone has as many pods. Pods' zones are their labels `topology.kubernetes.io/zone`, which Kubernetes sets since 1.35; `zone=off` in the options of a route's pods excepts it",
  ),
  zone: setting(
    'ZONE',
    '',
    text('a label value such as eu-central-1a', /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/),
    'The zone that podway itself runs in; the chart reads it from the label of the pod; empty = unknown, and no zone is preferred',
  ),
} as const;
