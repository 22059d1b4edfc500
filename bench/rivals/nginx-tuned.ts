import { NGINX } from '../harness/programs.ts';
import type { Launch, Rival, Setup } from '../harness/rival.ts';
import { nginxAccessLog, nginxCommand, nginxMain, nginxServers, nginxUpstream } from './nginx.ts';

/** The yardstick: nginx as an expert would configure it for this task. Unlike podway, it does not set forwarded fields. */
export const nginxTuned: Rival = {
  name: 'nginx-tuned',
  description: 'keep-alive to pods (256), HTTP/1.1, uploads streamed, WebSockets',
  requiredPrograms: [NGINX],
  capabilities: ['hosts', 'routes', 'keys', 'access-log', 'websocket', 'workers', 'http2', 'grpc', 'tls'],
  launch(setup: Setup): Launch {
    return { files: { 'nginx.conf': configuration(setup) }, command: nginxCommand(setup.folder) };
  },
};

const FORWARD = `proxy_http_version 1.1; proxy_set_header Host $http_host;
  proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $upstream_connection;
  proxy_request_buffering off; proxy_read_timeout 1h; proxy_pass http://pods;`;

/** nginx opens a connection for each gRPC call in flight. */
const CALL = `grpc_set_header Host $http_host; grpc_read_timeout 1h; grpc_pass grpc://pods;`;

function configuration(setup: Setup): string {
  return nginxMain(
    setup,
    `${nginxAccessLog(setup)} tcp_nodelay on; keepalive_requests 1000000000; client_max_body_size 0;
  server_names_hash_bucket_size 64; server_names_hash_max_size 4096;
  map $http_upgrade $upstream_connection { default upgrade; "" ""; }
  ${nginxUpstream(setup.origin, 'keepalive 256; keepalive_requests 1000000000;')}
  ${nginxServers(setup, setup.grpc ? CALL : FORWARD, listenOptions(setup))}`,
  );
}

function listenOptions({ workers, http2 }: Setup): string {
  return [...(workers > 1 ? ['reuseport'] : []), ...(http2 ? ['http2'] : [])].join(' ');
}
