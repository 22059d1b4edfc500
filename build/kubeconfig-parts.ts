/**
 * Replaces client-node's gen/index.js with the parts that its KubeConfig uses. The other parts are API clients generated from
 * the API's description, 800 files with 15 MB, which podway does not use.
 */
export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
