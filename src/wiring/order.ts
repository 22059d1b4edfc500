/** Compares by code units, so the order is the same on every machine and in every locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

interface RouteName {
  readonly host: string;
  readonly path: string;
}

export function compareRoutes(a: RouteName, b: RouteName): number {
  return compareText(a.host, b.host) || compareText(a.path, b.path);
}

interface EndpointName {
  readonly pod: string;
  readonly namespace: string;
  readonly port: number;
}

/** The order of the endpoints in a rotation. */
export function compareEndpoints(a: EndpointName, b: EndpointName): number {
  return compareText(a.pod, b.pod) || compareText(a.namespace, b.namespace) || a.port - b.port;
}
