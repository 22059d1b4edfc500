import { CADDY } from '../harness/installed.ts';
import { KEY_HEADER, type Launch, type Rival, type Setup, authority } from '../harness/rival.ts';

export const caddy: Rival = {
  name: 'caddy',
  about: 'reverse_proxy with 256 idle connections to pods',
  needs: [CADDY],
  can: ['hosts', 'routes', 'keys', 'websocket'],
  launch(setup: Setup): Launch {
    const { folder } = setup;
    return {
      files: { Caddyfile: configuration(setup) },
      command: ['caddy', 'run', '--config', `${folder}/Caddyfile`, '--adapter', 'caddyfile'],
      env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    };
  },
};

function configuration({ listen, origin, hosts, paths, key }: Setup): string {
  const forward = `reverse_proxy ${authority(origin)} {
    transport http {
      keepalive_idle_conns_per_host 256
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
  const site = (host: string): string => `http://${host}:${listen.port} {
  bind ${listen.address}
  ${check}
  ${handlers.join('\n  ')}
}`;
  const global = `{
  admin off
  auto_https off
  log {
    level ERROR
  }
}`;
  return [global, ...hosts.map(site)].join('\n');
}
