import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Kinds by group and version, each with its plural and whether a namespace holds it. */
const GROUPS: Readonly<
  Record<string, Readonly<Record<string, readonly [plural: string, namespaced: boolean]>>>
> = {
  v1: {
    ConfigMap: ['configmaps', true],
    Namespace: ['namespaces', false],
    Secret: ['secrets', true],
    Service: ['services', true],
    ServiceAccount: ['serviceaccounts', true],
  },
  'apps/v1': { DaemonSet: ['daemonsets', true], Deployment: ['deployments', true] },
  'autoscaling/v2': { HorizontalPodAutoscaler: ['horizontalpodautoscalers', true] },
  'monitoring.coreos.com/v1': {
    PodMonitor: ['podmonitors', true],
    PrometheusRule: ['prometheusrules', true],
    ServiceMonitor: ['servicemonitors', true],
  },
  'networking.k8s.io/v1': { NetworkPolicy: ['networkpolicies', true] },
  'policy/v1': { PodDisruptionBudget: ['poddisruptionbudgets', true] },
  'rbac.authorization.k8s.io/v1': {
    ClusterRole: ['clusterroles', false],
    ClusterRoleBinding: ['clusterrolebindings', false],
    Role: ['roles', true],
    RoleBinding: ['rolebindings', true],
  },
};

/** What kubectl asks an API server before it accepts a kind: which kinds there are. Nothing else is answered. */
export async function startDiscovery() {
  const server = createServer((request, response) => answer(request.url ?? '', response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(url: string, response: ServerResponse): void {
  const { pathname } = new URL(url, 'http://api');
  const body = pathname === '/api' ? { kind: 'APIVersions', versions: ['v1'] } : documentOf(pathname);
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { kind: 'Status', code: 404 }));
}

function documentOf(pathname: string): object | undefined {
  if (pathname === '/apis') {
    const names = Object.keys(GROUPS).filter((it) => it.includes('/'));
    const groups = names.map((groupVersion) => {
      const [name, version] = groupVersion.split('/');
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
    });
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }
  const groupVersion = pathname.replace(/^\/apis?\//, '');
  const kinds = GROUPS[groupVersion];
  if (kinds === undefined) return undefined;
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  const resources = Object.entries(kinds).map(([kind, [name, namespaced]]) => {
    return { name, singularName: kind.toLowerCase(), namespaced, kind, verbs };
  });
  return { kind: 'APIResourceList', groupVersion, resources };
}
