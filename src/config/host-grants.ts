import { type Grant, NAME_OF_NAMESPACE, parseGrant } from '../grants/grant.ts';
import type { ListedGrant } from '../grants/host-grants.ts';
import { choice, type Grammar, grammar } from './grammar.ts';
import { setting } from './setting.ts';

/** Settings for the hosts that namespaces may declare. */
export const HOST_GRANTS = {
  hostGrants: setting(
    'HOST_GRANTS',
    'report',
    choice('off', 'report', 'enforce'),
    '`report`: report hosts that several namespaces claim (docs/tenancy.md); `enforce`: a namespace gets only hosts that it holds by the annotation `HOSTS_ANNOTATION` of its Namespace, `HOST_GRANTS_DEFAULT` or `HOST_GRANTS_LIST`; `off`: neither',
  ),
  hostGrantsDefault: setting(
    'HOST_GRANTS_DEFAULT',
    '',
    template(),
    'Hosts that every namespace holds, such as `{namespace}.example.com *.{namespace}.example.com`',
  ),
  hostGrantsList: setting(
    'HOST_GRANTS_LIST',
    '',
    list(),
    'Hosts that single namespaces hold, such as `team-a=a.example.com team-a=*.example.org/shop`, in addition to those in the annotations of Namespaces',
  ),
} as const;

/**
 * Whether podway follows Namespaces to read grants from their annotations. It cannot with WATCH_NAMESPACE, because a Role cannot
 * grant access to a Namespace.
 */
export function followsNamespaces(config: {
  readonly hostGrants: 'off' | 'report' | 'enforce';
  readonly watchNamespace: string;
  readonly manifests: string;
}): boolean {
  return config.hostGrants === 'enforce' && (config.watchNamespace === '' || config.manifests !== '');
}

/** Whether HOST_GRANTS=enforce is set without any source of grants. */
export function lacksGrants(config: {
  readonly hostGrants: 'off' | 'report' | 'enforce';
  readonly hostGrantsDefault: readonly string[];
  readonly hostGrantsList: readonly ListedGrant[];
  readonly watchNamespace: string;
  readonly manifests: string;
}): boolean {
  const hasNone = config.hostGrantsDefault.length + config.hostGrantsList.length === 0;
  return config.hostGrants === 'enforce' && hasNone && !followsNamespaces(config);
}

function template(): Grammar<readonly string[]> {
  const expects = `hosts or host/path, each with ${NAME_OF_NAMESPACE}, such as *.${NAME_OF_NAMESPACE}.example.com`;
  return grammar(expects, (text) => {
    const items = itemsOf(text);
    // A grant without the name would apply to all namespaces.
    const fit = items.every((it) => it.includes(NAME_OF_NAMESPACE) && isGrant(named(it)));
    return fit ? items : undefined;
  });
}

function list(): Grammar<readonly ListedGrant[]> {
  return grammar('namespace=host or namespace=host/path, such as team-a=*.a.example.com', (text) => {
    const grants = itemsOf(text).map((item): ListedGrant | undefined => {
      const at = item.indexOf('=');
      const [namespace, grant] = [item.slice(0, at), parseGrant(item.slice(at + 1))];
      return at < 0 || !NAMESPACE.test(namespace) || 'problem' in grant ? undefined : { namespace, ...grant };
    });
    return grants.every((it) => it !== undefined) ? grants : undefined;
  });
}

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function named(item: string): string {
  return item.replaceAll(NAME_OF_NAMESPACE, 'team-a');
}

function isGrant(item: string): boolean {
  const read: Grant | object = parseGrant(item);
  return !('problem' in read);
}

function itemsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((item) => item !== '');
}
