import { KINDS } from './store.ts';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];

const RESOURCES = Object.entries(KINDS).map(([name, kind]) => ({
  name,
  singularName: kind.toLowerCase(),
  namespaced: true,
  kind,
  verbs: VERBS,
  ...(name === 'pods' && { shortNames: ['po'] }),
}));

/** What kubectl asks before anything else; undefined for other paths. */
export function discovery(path: string): object | undefined {
  return DOCUMENTS[path];
}

const DOCUMENTS: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '33', gitVersion: 'v1.33.0', platform: 'linux/amd64' },
  '/api': { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: RESOURCES },
};
