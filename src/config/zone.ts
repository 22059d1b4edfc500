import { flag, text } from './grammar.ts';
import { setting } from './setting.ts';

/** Pods near to the router. */
export const ZONES = {
  zonePreference: setting(
    'ZONE_PREFERENCE',
    'false',
    flag(),
    "Requests stay in `ZONE` as far as the pods of a route there can bear them: where its zones have as many pods each, all do. Pods' zones are their labels `topology.kubernetes.io/zone`, which Kubernetes sets since 1.35; `zone=off` in the words of a route's pods excepts it",
  ),
  zone: setting(
    'ZONE',
    '',
    text('a label value such as eu-central-1a', /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/),
    "The zone that podway itself runs in; the chart takes it from its pod's label; empty: not known, and no zone is preferred",
  ),
} as const;
