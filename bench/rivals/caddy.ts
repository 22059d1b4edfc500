import { CADDY } from '../harness/programs.ts';
import { KEY_HEADER, type Launch, type Rival, type Setup, authority } from '../harness/rival.ts';

export const caddy: Rival = {
  name: 'caddy',
  description: 'reverse_proxy with 256 idle connections to pods',
  requiredPrograms: [CADDY],
  capabilities: ['hosts', 'routes', 'keys', 'websocket', 'http2', 'grpc', 'tls'],
  launch(setup: Setup): Launch {
    const { folder } = setup;
    return {
      files: { Caddyfile: configuration(setup) },
      command: ['caddy', 'run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    };
  },
};

function configuration({ listen, origin, hosts, paths, key, grpc, http2, tls }: Setup): string {
  const forward = `reverse_proxy ${authority(origin)} {
    transport http {
      keepalive_idle_conns_per_host 256
      ${grpc ? 'versions h2c 2' : ''}
    }
  }`;
  const check = key === undefined ? '' : `@denied not header ${KEY_HEADER} ${key}\n  respond @denied 403`;
  const handlers = paths.map((path, at) =>
    path === '/'
      ? forward
      : `@path${at} path ${path} ${path}/*
  handle @path${at} {
  ${forward}
  }`,
  );
  const scheme = tls === undefined ? 'http' : 'https';
  const site = (host: string): string => `${scheme}://${host}:${listen.port} {
  bind ${listen.address}
  ${tls === undefined ? '' : `tls ${tls}/default.crt ${tls}/default.key`}
  ${check}
  ${handlers.join('\n  ')}
}`;
  const global = `{
  admin off
  auto_https off
  default_sni ${hosts[0]}
  servers {
    protocols ${http2 ? 'h1 h2 h2c' : 'h1'}
  }
  log {
    level ERROR
  }
}`;
  return [global, ...hosts.map(site)].join('\n');
}
