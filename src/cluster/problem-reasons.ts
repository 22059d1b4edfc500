/** What one reason of a problem means. */
interface ProblemRow {
  readonly of: 'API server' | 'folder' | 'both';
  /** One sentence. */
  readonly meaning: string;
  /** One sentence: what the operator should do; '' for nothing, as podway goes on by itself. */
  readonly action: string;
}

/** Every problem that a source can have: the word of the log, `/readyz`, and the label of podway_source_problems_total. */
export const PROBLEM_REASONS = {
  credentials: {
    of: 'API server',
    meaning:
      'The credentials of the kubeconfig or of the service account cannot be read, or their plugin failed.',
    action: 'See the log line for the file or program.',
  },
  unreachable: {
    of: 'API server',
    meaning: 'The API server does not answer.',
    action: 'Check network policies and DNS between podway and the API server, and whether the server runs.',
  },
  unauthorized: {
    of: 'API server',
    meaning: '401: the token is not accepted.',
    action: 'Check the service account, or the user of the kubeconfig.',
  },
  anonymous: {
    of: 'API server',
    meaning: 'No credentials arrived.',
    action: 'Check `automountServiceAccountToken`, or whether the kubeconfig has a user.',
  },
  forbidden: {
    of: 'API server',
    meaning: '403: the role lacks the permission that the log line names.',
    action: 'Set `rbac.create`, or correct the name of the Secret in the role.',
  },
  'not-ready': {
    of: 'API server',
    meaning: 'The server is starting or stopping, or cannot reach etcd; its response names what is missing.',
    action: 'Wait.',
  },
  expired: {
    of: 'API server',
    meaning:
      '410: the server no longer has the changes after the last one that podway saw, so podway lists again.',
    action: '',
  },
  throttled: {
    of: 'API server',
    meaning: '429: the server demands fewer requests.',
    action: 'Find out what else loads the server (API Priority and Fairness).',
  },
  'server-error': {
    of: 'API server',
    meaning: 'A status of 500 or above.',
    action: "Look at the API server's log.",
  },
  refused: {
    of: 'API server',
    meaning: 'Another status: the server rejects this request.',
    action: 'See the log line, and please report it.',
  },
  cut: {
    of: 'API server',
    meaning: 'A list or watch was cut off.',
    action: 'Nothing, unless it repeats: then check the load balancers between podway and the API server.',
  },
  silent: {
    of: 'API server',
    meaning: 'Nothing came for `WATCH_IDLE_TIMEOUT` or `API_TIMEOUT`, not even a bookmark.',
    action: 'Nothing, unless it repeats: then check the load balancers between podway and the API server.',
  },
  'short-watch': {
    of: 'API server',
    meaning: 'A watch ended immediately without any event.',
    action: 'Nothing, unless it repeats: then check the load balancers between podway and the API server.',
  },
  malformed: {
    of: 'API server',
    meaning: 'An answer or a line of a watch is not what the Kubernetes API defines.',
    action: 'Look for a proxy between podway and the API server.',
  },
  oversized: {
    of: 'API server',
    meaning: 'An answer or a line of a watch is larger than podway reads.',
    action: 'Look for an object of that size.',
  },
  'suddenly-empty': {
    of: 'API server',
    meaning: 'A list is empty where there were objects; podway lists again and believes the second response.',
    action: '',
  },
  'another-server': {
    of: 'API server',
    meaning: 'The kubeconfig names another API server now, and podway lists there.',
    action: '',
  },
  'older-list': {
    of: 'API server',
    meaning: 'A server that lags behind sent an outdated list, which podway did not use.',
    action: '',
  },
  'version-went-back': {
    of: 'API server',
    meaning: 'etcd was restored from a backup, and podway follows its present contents.',
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
    meaning: 'A file is larger than podway reads.',
    action: 'Split it.',
  },
  'empty-file': {
    of: 'folder',
    meaning: 'A file has become empty; its objects stay until it is removed or written again.',
    action: 'Remove the file if its objects should go away.',
  },
  syntax: {
    of: 'folder',
    meaning: 'A file is neither YAML nor JSON; its last known contents stay in force.',
    action: 'Fix it.',
  },
  duplicate: {
    of: 'folder',
    meaning: 'Two files have the same object; the last in the order of names counts.',
    action: 'Remove one.',
  },
  'invalid-object': {
    of: 'both',
    meaning: 'An object is not valid in the Kubernetes API, and is ignored.',
    action: 'Fix it.',
  },
} as const satisfies Readonly<Record<string, ProblemRow>>;

export type ProblemReason = keyof typeof PROBLEM_REASONS;
