/** A kind of object behind which pods stand. */
export interface OwnerKind {
  /** Plural, as in paths. */
  readonly resource: string;
  /** The group of its API; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** In the singular, and what else people and kubectl call it. */
  readonly words: readonly [string, ...string[]];
}

/** Those that kubectl's port-forward, exec and attach take as well. */
export const OWNERS: readonly OwnerKind[] = [
  { resource: 'deployments', group: 'apps', version: 'v1', words: ['deployment', 'deployments', 'deploy'] },
  { resource: 'statefulsets', group: 'apps', version: 'v1', words: ['statefulset', 'statefulsets', 'sts'] },
  { resource: 'daemonsets', group: 'apps', version: 'v1', words: ['daemonset', 'daemonsets', 'ds'] },
  { resource: 'replicasets', group: 'apps', version: 'v1', words: ['replicaset', 'replicasets', 'rs'] },
  { resource: 'jobs', group: 'batch', version: 'v1', words: ['job', 'jobs'] },
  { resource: 'services', group: '', version: 'v1', words: ['service', 'services', 'svc'] },
];

/** The kind that a word names, with its group or without: `deploy`, `deployment.apps`, `deployments.v1.apps`. */
export function ownerKind(word: string): OwnerKind | undefined {
  const lower = word.toLowerCase();
  return OWNERS.find(({ words, group, version }) => {
    const suffixes = group === '' ? [''] : ['', `.${group}`, `.${version}.${group}`];
    return words.some((it) => suffixes.some((suffix) => lower === it + suffix));
  });
}
