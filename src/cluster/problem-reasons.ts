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
    action: 'Look at the log line for the file or program.',
  },
  unreachable: {
    of: 'API server',
    meaning: 'Nobody answers.',
    action: 'Look for a network policy or DNS between podway and the API server, or a server that is away.',
  },
  unauthorized: {
    of: 'API server',
    meaning: '401: the token is not accepted.',
    action: 'Look at the service account, or at the user of the kubeconfig.',
  },
  anonymous: {
    of: 'API server',
    meaning: 'No credentials arrived.',
    action: 'Look at `automountServiceAccountToken`, or for a kubeconfig without a user.',
  },
  forbidden: {
    of: 'API server',
    meaning: '403: the role lacks what the log line names.',
    action: 'Set `rbac.create`, or correct the name of the Secret in the role.',
  },
  'not-ready': {
    of: 'API server',
    meaning: 'The server is starting or ending, or its etcd is away; its answer says what is missing.',
    action: 'Wait.',
  },
  expired: {
    of: 'API server',
    meaning:
      '410: the server no longer has the changes since the last one that podway saw, so podway lists again.',
    action: '',
  },
  throttled: {
    of: 'API server',
    meaning: '429: the server asks for fewer requests.',
    action: 'Look at what else the server has to do (API Priority and Fairness).',
  },
  'server-error': {
    of: 'API server',
    meaning: 'A status of 500 or above.',
    action: "Look at the API server's log.",
  },
  refused: {
    of: 'API server',
    meaning: 'Another status: the server objects to this request.',
    action: 'Look at the log line, and please report it.',
  },
  cut: {
    of: 'API server',
    meaning: 'A list or watch broke off.',
    action: 'Nothing, unless it repeats: then look at balancers between podway and the API server.',
  },
  silent: {
    of: 'API server',
    meaning: 'Nothing came for `WATCH_IDLE_TIMEOUT` or `API_TIMEOUT`, not even a bookmark.',
    action: 'Nothing, unless it repeats: then look at balancers between podway and the API server.',
  },
  'short-watch': {
    of: 'API server',
    meaning: 'A watch ended at once and had brought nothing.',
    action: 'Nothing, unless it repeats: then look at balancers between podway and the API server.',
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
    meaning: 'A list has no object where there were some; podway asks again and believes the second answer.',
    action: '',
  },
  'another-server': {
    of: 'API server',
    meaning: 'The kubeconfig names another API server now, and podway lists there.',
    action: '',
  },
  'older-list': {
    of: 'API server',
    meaning: 'A server that lags behind sent a list, which was not used.',
    action: '',
  },
  'version-went-back': {
    of: 'API server',
    meaning: 'etcd was restored from a backup, and podway follows what it says now.',
    action: '',
  },
  'folder-unreadable': {
    of: 'folder',
    meaning: 'The folder of manifests cannot be read.',
    action: 'Look at its permissions; what was known stays in force.',
  },
  'file-unreadable': {
    of: 'folder',
    meaning: 'A file cannot be read.',
    action: 'Look at its permissions; what was known of it stays in force.',
  },
  'file-too-large': {
    of: 'folder',
    meaning: 'A file is larger than podway reads.',
    action: 'Split it.',
  },
  'empty-file': {
    of: 'folder',
    meaning: 'A file has become empty; its objects stay until it is removed or written again.',
    action: 'Remove the file, if its objects are to go.',
  },
  syntax: {
    of: 'folder',
    meaning: 'A file is neither YAML nor JSON; what was known of it stays in force.',
    action: 'Correct it.',
  },
  duplicate: {
    of: 'folder',
    meaning: 'Two files have the same object; the last in the order of names counts.',
    action: 'Remove one.',
  },
  'invalid-object': {
    of: 'both',
    meaning: 'An object is not what the Kubernetes API allows, and is left out.',
    action: 'Correct it.',
  },
} as const satisfies Readonly<Record<string, ProblemRow>>;

export type ProblemReason = keyof typeof PROBLEM_REASONS;
