import { isLabelKey, parseSelector, type Selector } from '../wiring/selector.ts';
import { type Grammar, grammar } from './grammar.ts';

const LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
const SUBDOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})*$`);
const SECRET_FIELD = /^[-._a-zA-Z0-9]{1,253}$/;

/**
 * An annotation key: `[prefix/]name`. Like k8s-router and the API server, podway checks the key in lower case and then uses it
 * unchanged.
 */
export function annotationKey(): Grammar<string> {
  return grammar('a Kubernetes annotation key such as routingHosts or example.com/hosts', (text) =>
    isLabelKey(text.toLowerCase()) ? text : undefined,
  );
}

export function selector(): Grammar<Selector> {
  return grammar('a Kubernetes label selector such as routable=true or tier in (web,api)', (text) => {
    const parsed = parseSelector(text);
    return 'problem' in parsed ? undefined : parsed;
  });
}

export interface SecretLocation {
  readonly name: string;
  readonly field: string;
}

/** The place of the key in every namespace: `<Secret name>:<field of its data>`. */
export function secretLocation(): Grammar<SecretLocation> {
  return grammar('<Secret name>:<field>, such as routing:api-key', (text) => {
    const [name = '', field = '', ...rest] = text.split(':');
    return isSubdomain(name) && SECRET_FIELD.test(field) && rest.length === 0 ? { name, field } : undefined;
  });
}

const MAX_SECRETS = 8;

/** Names of Secrets; podway opens one watch for each name. `none`: no Secret. */
export function secretNames(): Grammar<readonly string[]> {
  return grammar(`none, or up to ${MAX_SECRETS} names of Secrets, separated by commas`, (text) => {
    if (text === 'none') return [];
    const names = new Set(text.split(/[\s,]+/).filter((name) => name !== ''));
    const fit = names.size > 0 && names.size <= MAX_SECRETS && [...names].every(isSubdomain);
    return fit ? [...names] : undefined;
  });
}

export function namespaceName(): Grammar<string> {
  const label = new RegExp(`^(${LABEL})?$`);
  return grammar('the name of one namespace', (text) => (label.test(text) ? text : undefined));
}

function isSubdomain(text: string): boolean {
  return text.length <= 253 && SUBDOMAIN.test(text);
}
