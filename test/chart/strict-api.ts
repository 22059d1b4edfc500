import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { Manifest } from './release.ts';
import { checkTypes } from './typed.ts';

/** Kinds by group and version, each with its plural and whether it belongs to a namespace. */
export const GROUPS: Readonly<
  Record<string, Readonly<Record<string, readonly [plural: string, namespaced: boolean]>>>
> = {
  v1: {
    ConfigMap: ['configmaps', true],
    Namespace: ['namespaces', false],
    Secret: ['secrets', true],
    Service: ['services', true],
    ServiceAccount: ['serviceaccounts', true],
  },
  'admissionregistration.k8s.io/v1': {
    ValidatingAdmissionPolicy: ['validatingadmissionpolicies', false],
    ValidatingAdmissionPolicyBinding: ['validatingadmissionpolicybindings', false],
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

interface Answer {
  readonly code: number;
  readonly body: object;
}

/**
 * An API server that accepts an object of a known kind when its fields and their types are those of Kubernetes, and
 * only in a dry run with strict validation. It stores no object.
 */
export async function startStrictApi() {
  const taken: string[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const { code, body } = await answer(request, taken);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** `Kind name` of every object that was accepted. */
    taken,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: IncomingMessage, taken: string[]): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://api');
  if (request.method !== 'POST') {
    const body = documentOf(pathname);
    return body === undefined ? refusal(404, 'NotFound', `${pathname} not found`) : { code: 200, body };
  }
  const asked = [searchParams.get('dryRun'), searchParams.get('fieldValidation')].join();
  if (asked !== 'All,Strict')
    return refusal(405, 'MethodNotAllowed', `not a dry run with strict validation: ${asked}`);
  const object = (await json(request)) as Manifest;
  try {
    checkTypes(object);
  } catch (error) {
    return refusal(400, 'BadRequest', `strict decoding error: ${(error as Error).message}`);
  }
  taken.push(`${object.kind} ${object.metadata.name}`);
  return { code: 201, body: object };
}

export function refusal(code: number, reason: string, message: string): Answer {
  return { code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message } };
}

/** The documents that clients request first; undefined for other paths. */
export function documentOf(pathname: string): object | undefined {
  if (pathname === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (pathname === '/version') return { major: '1', minor: '35', gitVersion: 'v1.35.0' };
  if (pathname === '/apis') {
    const names = Object.keys(GROUPS).filter((it) => it.includes('/'));
    const groups = names.map((groupVersion) => {
      const [name, version] = groupVersion.split('/');
      return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } };
    });
    return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  }
  if (pathname === '/openapi/v3') {
    const paths = Object.keys(GROUPS).map((it) => [
      rootOf(it),
      { serverRelativeURL: `/openapi/v3/${rootOf(it)}` },
    ]);
    return { paths: Object.fromEntries(paths) as object };
  }
  const groupVersion = pathname.replace(/^\/(?:openapi\/v3\/)?apis?\//, '');
  const kinds = GROUPS[groupVersion];
  if (kinds === undefined) return undefined;
  return pathname.startsWith('/openapi/') ? openApi(groupVersion, kinds) : resources(groupVersion, kinds);
}

export function rootOf(groupVersion: string): string {
  return groupVersion === 'v1' ? 'api/v1' : `apis/${groupVersion}`;
}

type Kinds = NonNullable<(typeof GROUPS)[string]>;

function resources(groupVersion: string, kinds: Kinds): object {
  const verbs = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
  const all = Object.entries(kinds).map(([kind, [name, namespaced]]) => {
    return { name, singularName: kind.toLowerCase(), namespaced, kind, verbs };
  });
  return { kind: 'APIResourceList', groupVersion, resources: all };
}

/** The part that kubectl reads here: the server itself validates fields. */
function openApi(groupVersion: string, kinds: Kinds): object {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  const parameters = ['dryRun', 'fieldValidation'].map((name) => {
    return { name, in: 'query', schema: { type: 'string' } };
  });
  const paths = Object.entries(kinds).map(([kind, [name]]) => {
    const patch = { parameters, 'x-kubernetes-group-version-kind': { group, version, kind }, responses: {} };
    return [`/${rootOf(groupVersion)}/${name}/{name}`, { patch }] as const;
  });
  const info = { title: 'strict', version: 'v1.35.0' };
  return { openapi: '3.0.0', info, paths: Object.fromEntries(paths) };
}
