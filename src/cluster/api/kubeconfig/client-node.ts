/**
 * All that podway needs of client-node: it makes TLS, proxies and agents of a kubeconfig. By their files, since the package
 * itself loads its clients for copying, logs and metrics of pods as well.
 */
export { KubeConfig } from '@kubernetes/client-node/dist/config.js';
export { HttpMethod, RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
