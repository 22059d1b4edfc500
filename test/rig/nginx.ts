import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const nginxMissing =
  spawnSync('nginx', ['-v']).status === 0 ? undefined : 'nginx is missing: apt-get install nginx';

export interface Nginx extends AsyncDisposable {
  /** Of 127.0.0.1, in the order of the servers. */
  readonly ports: readonly number[];
}

/** A real nginx; each of `servers` is what stands in a `server` block behind its `listen`. */
export async function startNginx(...servers: readonly string[]): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'podway-nginx-'));
  const ports = await freePorts(servers.length);
  const blocks = servers.map((server, at) => `server { listen 127.0.0.1:${ports[at]}; ${server} }`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (it) => `${it}_temp_path ${it};`,
  );
  const config = join(folder, 'nginx.conf');
  await writeFile(
    config,
    `daemon off; master_process off; pid nginx.pid; error_log stderr crit; events {}
http { access_log off; ${temporary.join(' ')} ${blocks.join('\n')} }`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
    await rm(folder, { recursive: true });
  };
  try {
    for (const port of ports) await listening(port, () => child.exitCode === null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { ports, [Symbol.asyncDispose]: stop };
}

async function freePorts(count: number): Promise<number[]> {
  const taken = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(taken.map((it) => once(it, 'listening')));
  const ports = taken.map((it) => (it.address() as AddressInfo).port);
  await Promise.all(taken.map((it) => new Promise((resolve) => it.close(resolve))));
  return ports;
}

async function listening(port: number, alive: () => boolean): Promise<void> {
  while (alive()) {
    const socket = connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => {
      socket.on('connect', () => resolve(true));
      socket.on('error', () => resolve(false));
    });
    socket.destroy();
    if (open === true) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('nginx ended');
}
