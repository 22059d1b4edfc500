import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { type StreamingLists } from '../fixtures/kubernetes-api/answers.ts';

/** The two ways to get a list, and the requests for pods until they are watched. */
export const LIST_MODES: readonly {
  readonly lists: StreamingLists;
  readonly initialRequests: readonly string[];
}[] = [
  { lists: 'supported', initialRequests: ['stream'] },
  { lists: 'refused', initialRequests: ['stream', 'list', 'watch'] },
];

/** A request for pods as one word: `stream`, `list`, or `watch`, which continues from a version. */
export function requestKind(request: LoggedRequest): 'stream' | 'list' | 'watch' | undefined {
  const { path, query, verb } = request;
  if (!path.endsWith('/pods')) return undefined;
  if (query.has('sendInitialEvents')) return 'stream';
  return verb === 'watch' ? 'watch' : 'list';
}

export const isPodList = (request: LoggedRequest): boolean => requestKind(request) === 'list';
export const isPodWatch = (request: LoggedRequest): boolean => requestKind(request) === 'watch';

/** The requests for pods, in order. */
export function podRequests(api: KubernetesApi): string[] {
  return api.requests.map(requestKind).filter((it) => it !== undefined);
}

/** The versions from which pods were watched, in order. */
export function watchedFrom(api: KubernetesApi): (string | null)[] {
  return api.requests.filter(isPodWatch).map(({ query }) => query.get('resourceVersion'));
}
