import { flag, text } from './grammar.ts';
import { setting } from './setting.ts';

/** Settings for the preference of pods in the router's zone. */
export const ZONES = {
  zonePreference: setting(
    'ZONE_PREFERENCE',
    'false',
    flag(),
    "Prefer pods in the zone of podway (`ZONE`), as far as the capacity of a route's pods there allows: all requests stay in the zone if every zone has the same number of pods. A pod's zone is its label `topology.kubernetes.io/zone`, which Kubernetes sets since 1.35; `zone=off` in the options of its pods excludes a route",
  ),
  zone: setting(
    'ZONE',
    '',
    text('a label value such as eu-central-1a', /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/),
    'The zone in which podway itself runs; the chart reads it from the label of the pod; empty = unknown, and podway prefers no zone',
  ),
} as const;
