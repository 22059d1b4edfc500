import { type Kind, KINDS, rootOf } from './kinds.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const APPS = { groupVersion: 'apps/v1', version: 'v1' };

/** What kubectl asks before anything else; undefined for other paths. */
export function discovery(path: string): object | undefined {
  return DOCUMENTS[path];
}

const DOCUMENTS: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '33', gitVersion: 'v1.33.0', platform: 'linux/amd64' },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [{ name: 'apps', versions: [APPS], preferredVersion: APPS }],
  },
  '/api/v1': resources('v1'),
  '/apis/apps/v1': resources('apps/v1'),
  '/openapi/v3': {
    paths: {
      'api/v1': { serverRelativeURL: '/openapi/v3/api/v1' },
      'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1' },
    },
  },
  '/openapi/v3/api/v1': openApi('v1'),
  '/openapi/v3/apis/apps/v1': openApi('apps/v1'),
};

function kindsOf(apiVersion: Kind['apiVersion']): [string, Kind][] {
  return Object.entries(KINDS).filter(([, kind]) => kind.apiVersion === apiVersion);
}

function resources(apiVersion: Kind['apiVersion']): object {
  return {
    kind: 'APIResourceList',
    groupVersion: apiVersion,
    resources: kindsOf(apiVersion).map(([name, { kind, namespaced, shortNames }]) => {
      return { name, singularName: kind.toLowerCase(), namespaced, kind, verbs: VERBS, shortNames };
    }),
  };
}

/** No schemas: kubectl looks here whether the server validates fields, and then leaves that to the server. */
function openApi(apiVersion: Kind['apiVersion']): object {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const parameters = [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }];
  const paths = kindsOf(apiVersion).map(([name, { kind, namespaced }]) => {
    const patch = { parameters, 'x-kubernetes-group-version-kind': { group, version, kind }, responses: {} };
    const where = namespaced ? '/namespaces/{namespace}' : '';
    return [`${rootOf(apiVersion)}${where}/${name}/{name}`, { patch }] as const;
  });
  const info = { title: 'stand-in', version: 'v1.33.0' };
  return { openapi: '3.0.0', info, paths: Object.fromEntries(paths) };
}
