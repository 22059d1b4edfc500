import type { IncomingMessage } from 'node:http';
import { KINDS, rootOf } from './kinds.ts';

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** A request for a resource, understood as the API server does (RequestInfo). */
export interface ApiRequest {
  readonly verb: Verb;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly query: URLSearchParams;
}

/** Undefined when the path is no resource of ours. */
export function readApiRequest(request: IncomingMessage): ApiRequest | undefined {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://api');
  const match = /^(\/api\/v1|\/apis\/apps\/v1)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?$/.exec(
    pathname,
  );
  if (match === null) return undefined;
  const [root, namespace, resource = '', name] = match.slice(1).map((it) => it && decodeURIComponent(it));
  const kind = Object.hasOwn(KINDS, resource) ? KINDS[resource] : undefined;
  if (kind === undefined || rootOf(kind.apiVersion) !== root) return undefined;
  const watches = ['1', 'true'].includes(query.get('watch') ?? '');
  const collection = watches ? 'watch' : 'list';
  const verb = VERBS[request.method ?? ''] ?? (name === undefined ? collection : 'get');
  return { verb, resource, namespace, name, query };
}

const VERBS: Readonly<Record<string, Verb>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
