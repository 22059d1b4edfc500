import { compareText } from '../wiring/order.ts';

/** What serves a route, as people write it: a workload, or a pod that none has made. */
export interface Backend {
  /** As the API names it: `Deployment`. */
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Identifies a backend; no part of it holds a slash. */
export function backendKey({ kind, namespace, name }: Backend): string {
  return `${kind}/${namespace}/${name}`;
}

export function compareBackends(a: Backend, b: Backend): number {
  return compareText(a.namespace, b.namespace) || compareText(a.kind, b.kind) || compareText(a.name, b.name);
}
