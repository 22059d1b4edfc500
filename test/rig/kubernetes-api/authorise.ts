import type { ApiRequest, Verb } from './api-request.ts';
import { Refusal } from './status.ts';

/** One rule of a (Cluster)Role bound to the only user there is. */
export interface Rule {
  readonly verbs: readonly (Verb | '*')[];
  readonly resources: readonly string[];
  /** A Role of this namespace; a ClusterRole bound cluster-wide when absent. */
  readonly namespace?: string;
  /** Only requests for one of these names, which for list and watch means the field selector. */
  readonly resourceNames?: readonly string[];
}

const USER = 'system:serviceaccount:podway:podway';

/**
 * RBAC as the real server has it: a list or watch counts as a request for one name if, and only if, its field selector
 * says `metadata.name=…`; so `resourceNames` can allow it, and without the selector it cannot.
 *
 * @throws Refusal 403
 */
export function authorise(
  rules: readonly Rule[] | undefined,
  request: ApiRequest,
  selected: string | undefined,
  user = USER,
) {
  if (rules === undefined) return;
  const { verb, resource, namespace } = request;
  const name = request.name ?? selected;
  const allowed = rules.some(
    (rule) =>
      (rule.verbs.includes(verb) || rule.verbs.includes('*')) &&
      rule.resources.includes(resource) &&
      (rule.namespace === undefined || rule.namespace === namespace) &&
      (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name))),
  );
  if (allowed) return;
  const what = `${resource}${name === undefined ? '' : ` "${name}"`}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const rest = `cannot ${verb} resource "${resource}" in API group "" ${where}`;
  throw new Refusal(403, `${what} is forbidden: User "${user}" ${rest}`);
}
