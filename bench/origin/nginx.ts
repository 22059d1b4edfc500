import { authority, type Launch, type Setup } from '../harness/rival.ts';
import { nginxCommand, nginxMain } from '../rivals/nginx.ts';
import { FRAMED } from './messages.ts';
import { ANSWERS } from './paths.ts';

/** The origin for plain answers: nginx itself, so that it uses as little as possible of the load's core. */
export function nginxOrigin({ listen, folder, grpc }: Pick<Setup, 'listen' | 'folder' | 'grpc'>): Launch {
  const large = (['100k', '10m'] as const).map((name) => [`files/${name}`, 'x'.repeat(ANSWERS[name])]);
  const http = `access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000; client_max_body_size 0;
  open_file_cache max=100;
  server {
    listen ${authority(listen)} backlog=4096 ${grpc ? 'http2' : ''};
    location ~ /proof$ { add_header X-Origin bench; return 200 "$http_host $request_uri $http_x_token"; }
    location ~ /unary$ { default_type application/grpc; add_trailer grpc-status 0; return 200 "${'x'.repeat(FRAMED.length)}"; }
    location ~ /small$ { return 200 "${'x'.repeat(ANSWERS.small)}"; }
    location ~ /(100k|10m)$ { root ${folder}; rewrite /([^/]*)$ /files/$1 break; }
  }`;
  return {
    files: { 'nginx.conf': nginxMain({ folder, workers: 1 }, http), ...Object.fromEntries(large) },
    command: nginxCommand(folder),
  };
}
