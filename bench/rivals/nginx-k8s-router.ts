import { NGINX } from '../harness/programs.ts';
import { type Launch, type Rival, type Setup, authority } from '../harness/rival.ts';
import { nginxAccessLog, nginxCommand, nginxMain, nginxServers } from './nginx.ts';

/**
 * nginx with the directives that k8s-router wrote for a single pod, and with nginx's defaults for everything else: it opens a
 * connection to the pod for each request and buffers uploads before it forwards them. Two changes favour it: it may have more
 * than 1,024 connections, and it writes an access log only if the scenario has one (k8s-router always wrote one).
 */
export const nginxK8sRouter: Rival = {
  name: 'nginx-k8s-router',
  description: 'the configuration that k8s-router generated: no keep-alive to pods',
  requiredPrograms: [NGINX],
  capabilities: ['hosts', 'routes', 'keys', 'access-log', 'websocket'],
  launch(setup: Setup): Launch {
    return { files: { 'nginx.conf': configuration(setup) }, command: nginxCommand(setup.folder) };
  },
};

function configuration(setup: Setup): string {
  return nginxMain(
    setup,
    `${nginxAccessLog(setup)}
  types_hash_max_size 2048; server_names_hash_max_size 512; server_names_hash_bucket_size 64;
  client_max_body_size 0; proxy_http_version 1.1;
  map $http_connection $p_connection { default $http_connection; '' close; }
  proxy_set_header Connection $p_connection; proxy_set_header Host $http_host;
  proxy_set_header Upgrade $http_upgrade;
  ${nginxServers(setup, `proxy_pass http://${authority(setup.origin)};`)}`,
  );
}
