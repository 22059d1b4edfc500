import { compareText } from '../wiring/order.ts';

/** What serves a route, as people write it: a workload, or a pod that belongs to no workload. */
export interface Backend {
  /** As in the API: `Deployment`. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Identifies a backend. No part of it contains a slash. */
export function backendKey({ kind, namespace, name }: Backend): string {
  return `${kind}/${namespace}/${name}`;
}

export function compareBackends(a: Backend, b: Backend): number {
  return compareText(a.namespace, b.namespace) || compareText(a.kind, b.kind) || compareText(a.name, b.name);
}
