/** A type that the stand-in serves. */
export interface Kind {
  readonly kind: string;
  readonly apiVersion: 'v1' | 'apps/v1';
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
}

/** By the plural name in paths. Deployments are kept and nothing comes of them: there are no controllers here. */
export const KINDS: Readonly<Record<string, Kind>> = {
  pods: { kind: 'Pod', apiVersion: 'v1', namespaced: true, shortNames: ['po'] },
  secrets: { kind: 'Secret', apiVersion: 'v1', namespaced: true, shortNames: [] },
  events: { kind: 'Event', apiVersion: 'v1', namespaced: true, shortNames: ['ev'] },
  namespaces: { kind: 'Namespace', apiVersion: 'v1', namespaced: false, shortNames: ['ns'] },
  deployments: { kind: 'Deployment', apiVersion: 'apps/v1', namespaced: true, shortNames: ['deploy'] },
};

/** The plural name of a kind. */
export function resourceOf(kind: string): string {
  const found = Object.entries(KINDS).find(([, it]) => it.kind === kind);
  if (found === undefined) throw new Error(`the stand-in knows no kind ${kind}`);
  return found[0];
}

/** What a plural name stands for; only for names that `KINDS` has. */
export function kindOf(resource: string): Kind {
  const found = KINDS[resource];
  if (found === undefined) throw new Error(`the stand-in knows no resource ${resource}`);
  return found;
}

/** Where a group's resources are: `/api/v1` for the core group. */
export function rootOf(apiVersion: Kind['apiVersion']): string {
  return apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
}
