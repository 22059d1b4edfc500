/** A kind of object that owns or selects pods. */
export interface OwnerKind {
  /** The plural name, as in API paths. */
  readonly resource: string;
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** The singular name first, then the other names that kubectl accepts. */
  readonly words: readonly [string, ...string[]];
}

/** The kinds that kubectl's port-forward, exec and attach accept. */
export const OWNERS: readonly OwnerKind[] = [
  { resource: 'deployments', group: 'apps', version: 'v1', words: ['deployment', 'deployments', 'deploy'] },
  { resource: 'statefulsets', group: 'apps', version: 'v1', words: ['statefulset', 'statefulsets', 'sts'] },
  { resource: 'daemonsets', group: 'apps', version: 'v1', words: ['daemonset', 'daemonsets', 'ds'] },
  { resource: 'replicasets', group: 'apps', version: 'v1', words: ['replicaset', 'replicasets', 'rs'] },
  { resource: 'jobs', group: 'batch', version: 'v1', words: ['job', 'jobs'] },
  { resource: 'services', group: '', version: 'v1', words: ['service', 'services', 'svc'] },
];

/** The kind of this name, with or without its group: `deploy`, `deployment.apps`, `deployments.v1.apps`. */
export function ownerKind(word: string): OwnerKind | undefined {
  const lower = word.toLowerCase();
  return OWNERS.find(({ words, group, version }) => {
    const suffixes = group === '' ? [''] : ['', `.${group}`, `.${version}.${group}`];
    return words.some((it) => suffixes.some((suffix) => lower === it + suffix));
  });
}
