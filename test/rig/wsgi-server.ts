import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inTime } from './in-time.ts';

/** As most WSGI applications read a body: what CONTENT_LENGTH says. Without one they see nothing (PEP 3333). */
const APPLICATION = `
def app(environ, start_response):
    length = int(environ.get('CONTENT_LENGTH') or 0)
    body = environ['wsgi.input'].read(length)
    answer = b'read ' + body
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(answer)))])
    return [answer]
`;

const SERVERS = {
  wsgiref: [
    'python3',
    '-uc',
    `
import sys
from wsgiref.simple_server import make_server
sys.path.insert(0, '.')
from application import app
server = make_server('127.0.0.1', 0, app)
print('Listening at: http://127.0.0.1:%d' % server.server_port, file=sys.stderr)
server.serve_forever()
`,
  ],
  /** Two workers, each of which serves one request after the other. */
  gunicorn: ['gunicorn', '--workers', '2', '--bind', '127.0.0.1:0', 'application:app'],
} as const;

export type WsgiServerName = keyof typeof SERVERS;

/** Why the server cannot be had, for a skip; false when it can. */
export function missing(name: WsgiServerName): string | false {
  const [program] = SERVERS[name];
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  return !found && `${program} is not there: apt-get install ${program}`;
}

/** A real WSGI server with an application that repeats the body it read. */
export class WsgiServer implements AsyncDisposable {
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(process: ChildProcess, port: number, folder: string) {
    this.#process = process;
    this.port = port;
    this.#folder = folder;
  }

  static async start(name: WsgiServerName): Promise<WsgiServer> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-wsgi-'));
    await writeFile(join(folder, 'application.py'), APPLICATION);
    const [program, ...words] = SERVERS[name];
    const process = spawn(program, words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    const { promise, resolve } = Promise.withResolvers<number>();
    process.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const port = /Listening at: http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
    return new WsgiServer(process, await inTime(promise, () => `${name}: ${said}`), folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
    await rm(this.#folder, { recursive: true });
  }
}
