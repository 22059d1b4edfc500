import { SETTINGS } from '../../src/config/table.ts';
import { KEY_HEADER, type SocketAddress, type Setup, authority } from '../harness/rival.ts';

/** Settings with which nginx runs in the foreground and keeps its files in the setup's folder. */
export function nginxMain({ folder, workers }: Pick<Setup, 'folder' | 'workers'>, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  // As root, nginx would read and write as the user `nobody`.
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  return `${user} daemon off; worker_processes ${workers}; pid ${folder}/nginx.pid; error_log stderr error;
events { worker_connections 32768; }
http {
  ${temporary.map((it) => `${it}_temp_path ${folder}/${it};`).join(' ')}
  ${http}
}
`;
}

export function nginxCommand(folder: string): readonly [string, ...string[]] {
  return ['nginx', '-e', 'stderr', '-c', `${folder}/nginx.conf`];
}

/** One server for each host, with one location for each path. */
export function nginxServers(setup: Setup, location: string, listenOptions = ''): string {
  const header = KEY_HEADER.toLowerCase().replaceAll('-', '_');
  const check = setup.key === undefined ? '' : `if ($http_${header} != "${setup.key}") { return 403; }`;
  const locations = setup.paths.map((path) => `location ${path} { ${check} ${location} }`);
  const secure = setup.tls === undefined ? '' : nginxTls(setup.tls);
  const ssl = setup.tls === undefined ? '' : 'ssl';
  const listen = (options: string): string =>
    `listen ${authority(setup.listen)} ${ssl} ${options}; ${secure}`;
  const unknown = `server { ${listen(`default_server ${listenOptions}`)} return 444; }`;
  const known = setup.hosts.map(
    (host) => `server { ${listen('')} server_name ${host}; ${locations.join('\n')} }`,
  );
  return [unknown, ...known].join('\n');
}

/** The TLS versions and cipher suites of podway, and nginx's default for session tickets. */
function nginxTls(folder: string): string {
  return `ssl_certificate ${folder}/default.crt; ssl_certificate_key ${folder}/default.key;
  ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off; ssl_session_timeout 12h;
  ssl_ciphers ${SETTINGS.tlsCiphers.fallback};`;
}

export function nginxAccessLog({ accessLog, folder }: Setup): string {
  return accessLog ? `access_log ${folder}/access.log;` : 'access_log off;';
}

export function nginxUpstream(origin: SocketAddress, options: string): string {
  return `upstream pods { server ${authority(origin)}; ${options} }`;
}
