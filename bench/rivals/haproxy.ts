import { HAPROXY } from '../harness/programs.ts';
import { KEY_HEADER, type Launch, type Rival, type Setup, authority } from '../harness/rival.ts';

export const haproxy: Rival = {
  name: 'haproxy',
  description: 'http-reuse always, routes in a map of host and path once there are several',
  requiredPrograms: [HAPROXY],
  capabilities: ['hosts', 'routes', 'keys', 'access-log', 'websocket', 'workers', 'http2', 'grpc', 'tls'],
  launch(setup: Setup): Launch {
    return {
      files: { 'haproxy.cfg': configuration(setup), 'routes.map': routes(setup) },
      command: ['sh', '-c', 'exec haproxy -db -f "$0/haproxy.cfg" >"$0/access.log"', setup.folder],
    };
  },
};

function configuration(setup: Setup): string {
  const { listen, origin, hosts, paths, workers, key, accessLog, streaming, folder, tls } = setup;
  const byHttp2 = (is: boolean): string => (is ? 'proto h2' : '');
  const alpn = setup.http2 ? 'h2' : 'http/1.1';
  const secure = `ssl crt ${tls}/default.pem ssl-min-ver TLSv1.2 alpn ${alpn}`;
  const single = hosts.length === 1 && paths.length === 1;
  const known = single
    ? `{ hdr(host) -m str ${hosts[0]} } { path_beg ${paths[0]} }`
    : `{ base,map_beg(${folder}/routes.map) -m found }`;
  const check =
    key === undefined ? '' : `http-request deny deny_status 403 unless { hdr(${KEY_HEADER}) -m str ${key} }`;
  return `global
  nbthread ${workers}
  ${accessLog ? 'log stdout format raw local0' : ''}
defaults
  mode http
  timeout connect 2s
  timeout client 75s
  timeout server 60s
  timeout tunnel 1h
  http-reuse always
  ${streaming ? 'option http-no-delay' : ''}
  ${accessLog ? 'log global\n  option httplog' : ''}
frontend edge
  bind ${authority(listen)} ${tls === undefined ? byHttp2(setup.http2) : secure}
  ${check}
  use_backend pods if ${known}
  default_backend none
backend pods
  server pod ${authority(origin)} pool-max-conn -1 ${byHttp2(setup.grpc)}
backend none
  http-request deny deny_status 404
`;
}

function routes({ hosts, paths }: Setup): string {
  return hosts.flatMap((host) => paths.map((path) => `${host}${path} pods\n`)).join('');
}
