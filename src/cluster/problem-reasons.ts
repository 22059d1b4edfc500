/** What one reason of a problem means. */
interface ProblemRow {
  readonly of: 'API server' | 'folder' | 'both';
  /** One sentence. */
  readonly meaning: string;
  /** One sentence: what the operator should do; '' if podway goes on by itself. */
  readonly action: string;
}

/**
 * Every problem that a source can have: the reason in the log, in `/readyz`, and in the label of
 * podway_source_problems_total.
 */
export const PROBLEM_REASONS = {
  credentials: {
    of: 'API server',
    meaning:
      'The credentials of the kubeconfig or of the service account cannot be read, or their plugin failed.',
    action: 'The log line names the file or program.',
  },
  unreachable: {
    of: 'API server',
    meaning: 'The API server does not answer.',
    action: 'Check network policies and DNS between podway and the API server, and whether the server runs.',
  },
  unauthorized: {
    of: 'API server',
    meaning: '401: the API server does not accept the token.',
    action: 'Check the service account, or the user of the kubeconfig.',
  },
  anonymous: {
    of: 'API server',
    meaning: 'The API server received no credentials.',
    action: 'Check `automountServiceAccountToken`, and whether the context of the kubeconfig has a user.',
  },
  forbidden: {
    of: 'API server',
    meaning: '403: the role lacks the permission that the log line names.',
    action: 'Set `rbac.create`, or correct the name of the Secret in the role.',
  },
  'not-ready': {
    of: 'API server',
    meaning:
      'The API server is starting or stopping, or cannot reach etcd; its response names what is missing.',
    action: 'Wait.',
  },
  expired: {
    of: 'API server',
    meaning:
      '410: the API server no longer has the changes since the last one that podway received, so podway lists the objects again.',
    action: '',
  },
  throttled: {
    of: 'API server',
    meaning: '429: the API server limits the rate of requests.',
    action: 'Find out which other clients load the API server (API Priority and Fairness).',
  },
  'server-error': {
    of: 'API server',
    meaning: 'The API server answered with a status of 500 or above.',
    action: "Look at the API server's log.",
  },
  refused: {
    of: 'API server',
    meaning: 'The API server rejected the request with another status.',
    action: 'See the log line, and please report it.',
  },
  cut: {
    of: 'API server',
    meaning: 'The connection of a list or watch broke.',
    action: 'Nothing, unless it repeats: then check the load balancers between podway and the API server.',
  },
  silent: {
    of: 'API server',
    meaning: 'The API server sent nothing, not even a bookmark, for `WATCH_IDLE_TIMEOUT` or `API_TIMEOUT`.',
    action: 'Nothing, unless it repeats: then check the load balancers between podway and the API server.',
  },
  'short-watch': {
    of: 'API server',
    meaning: 'The API server ended a watch immediately without any event.',
    action: 'Nothing, unless it repeats: then check the load balancers between podway and the API server.',
  },
  malformed: {
    of: 'API server',
    meaning: 'A response, or a line of a watch, is not what the Kubernetes API defines.',
    action: 'Look for a proxy between podway and the API server.',
  },
  oversized: {
    of: 'API server',
    meaning: 'A response, or a line of a watch, is larger than podway accepts.',
    action: 'Look for a very large object.',
  },
  'suddenly-empty': {
    of: 'API server',
    meaning:
      'A list was empty although there had been objects, so podway lists again and accepts the second response.',
    action: '',
  },
  'another-server': {
    of: 'API server',
    meaning: 'The kubeconfig now names another API server, so podway lists the objects of that one.',
    action: '',
  },
  'older-list': {
    of: 'API server',
    meaning: 'An API server that lags behind sent an outdated list, which podway did not use.',
    action: '',
  },
  'version-went-back': {
    of: 'API server',
    meaning: 'etcd was restored from a backup, so podway follows its present contents.',
    action: '',
  },
  'folder-unreadable': {
    of: 'folder',
    meaning: 'The folder of manifests cannot be read.',
    action: 'Look at its permissions; the last known contents stay in force.',
  },
  'file-unreadable': {
    of: 'folder',
    meaning: 'A file cannot be read.',
    action: 'Look at its permissions; its last known contents stay in force.',
  },
  'file-too-large': {
    of: 'folder',
    meaning: 'A file is larger than podway accepts.',
    action: 'Split it.',
  },
  'empty-file': {
    of: 'folder',
    meaning: 'A file has become empty; podway keeps its objects until the file is removed or written again.',
    action: 'To remove its objects, remove the file.',
  },
  syntax: {
    of: 'folder',
    meaning: 'A file is neither YAML nor JSON; its last known contents stay in force.',
    action: 'Fix it.',
  },
  duplicate: {
    of: 'folder',
    meaning: 'Two files contain the same object; podway uses that of the last file in the order of names.',
    action: 'Remove one.',
  },
  'invalid-object': {
    of: 'both',
    meaning: 'An object is not valid in the Kubernetes API, so podway ignores it.',
    action: 'Fix it.',
  },
} as const satisfies Readonly<Record<string, ProblemRow>>;

export type ProblemReason = keyof typeof PROBLEM_REASONS;
