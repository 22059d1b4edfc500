import { nameProblem } from '../podstream/pod-target.ts';

/** A path of the API server's proxy: `/api/v1/namespaces/NS/pods/a:8080/proxy/tail`. */
export interface ProxiedPath {
  readonly namespace: string;
  readonly resource: 'pods' | 'services';
  readonly name: string;
  /** A number, or the name of a service's port; undefined: its only one, or the first of a pod. */
  readonly port: string | undefined;
  /** The API server speaks TLS to it. */
  readonly secure: boolean;
  /** For the pod: as it was sent, at least `/`. */
  readonly rest: string;
}

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/(pods|services)\/([^/]+)\/proxy(\/.*)?$/;
const PROXIED = /^(?:(https?):)?([^:]+)(?::([a-z0-9-]*))?$/;

/** Undefined: another path, or one that is spelled in an unusual way, which goes to the API server as it is. */
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
