import { nameProblem } from '../podstream/pod-target.ts';

/** A path of the API server's proxy: `/api/v1/namespaces/NS/pods/a:8080/proxy/tail`. */
export interface ProxiedPath {
  readonly namespace: string;
  readonly resource: 'pods' | 'services';
  readonly name: string;
  /** A number, or the name of a service's port; undefined: the only port of a service, or the first port of a pod. */
  readonly port: string | undefined;
  /** The API server would connect to it with TLS. */
  readonly secure: boolean;
  /** Path for the pod as the client sent it, at least `/`. */
  readonly rest: string;
}

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/(pods|services)\/([^/]+)\/proxy(\/.*)?$/;
const PROXIED = /^(?:(https?):)?([^:]+)(?::([a-z0-9-]*))?$/;

/** Undefined for other paths, and for an unusual spelling, which podway sends to the API server unchanged. */
export function proxiedPath(path: string): ProxiedPath | undefined {
  const [, namespace = '', resource = '', named = '', rest = '/'] = PATH.exec(path) ?? [];
  const [, scheme, name = '', port = ''] = PROXIED.exec(named.replaceAll(/%3a/gi, ':')) ?? [];
  if (nameProblem({ namespace, pod: name, container: undefined }) !== undefined) return undefined;
  return {
    namespace,
    resource: resource === 'pods' ? 'pods' : 'services',
    name,
    port: port === '' ? undefined : port,
    secure: scheme === 'https',
    rest,
  };
}
