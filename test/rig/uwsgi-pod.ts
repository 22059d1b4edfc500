import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const skipWithoutUwsgi =
  spawnSync('uwsgi', ['--plugin', 'python3', '--version']).status === 0
    ? false
    : 'no uwsgi with its Python plugin on this machine (uwsgi-core, uwsgi-plugin-python3)';

const APPLICATION = `
import time
def application(environ, start_response):
    if environ['PATH_INFO'].startswith('/slow'):
        time.sleep(0.1)
    body = environ['PATH_INFO'].encode()
    start_response('200 OK', [('Content-Length', str(len(body)))])
    return [body]
`;

/** One process of uWSGI that speaks HTTP/1.1 itself: it serves one connection at a time, and keeps it. */
export async function startUwsgi(): Promise<{ readonly port: number } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'podway-uwsgi-'));
  const file = join(folder, 'application.py');
  await writeFile(file, APPLICATION);
  const options = ['--plugin', 'python3', '--http11-socket', '127.0.0.1:0', '--so-keepalive'];
  const child = spawn('uwsgi', [...options, '--wsgi-file', file, '--die-on-term', '--disable-logging'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let port = 0;
  let isReady = false;
  for await (const line of createInterface(child.stderr)) {
    port ||= Number(/bound to TCP address 127\.0\.0\.1:([0-9]+)/.exec(line)?.[1] ?? 0);
    isReady ||= line.includes('spawned uWSGI worker');
    if (port > 0 && isReady) break;
  }
  child.stderr.resume();
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}
