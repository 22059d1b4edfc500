/**
 * All that podway needs of client-node, which makes TLS options, proxies and agents from a kubeconfig. podway imports
 * its files, because the package itself also loads clients for copying files, and for logs and metrics of pods.
 */
export { KubeConfig } from '@kubernetes/client-node/dist/config.js';
export { HttpMethod, RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
