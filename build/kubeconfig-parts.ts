/**
 * In place of client-node's gen/index.js, which its KubeConfig imports: what KubeConfig uses of it. The rest is generated of the
 * API's description, 800 files and 15 MB, for clients, and a kubeconfig needs none.
 */
export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
