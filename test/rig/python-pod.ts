import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Debian's, which CI has; else whatever is there. */
const PYTHON = ['/usr/bin/python3', 'python3'].find((path) => spawnSync(path, ['-c', '']).status === 0);

export const skipWithoutPython = PYTHON === undefined ? 'no python3 on this machine' : false;

/** What every program begins with: a handler that keeps its connections, says nothing on stderr and answers by length. */
const PRELUDE = `
import sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer

class Pod(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *args):
        pass
    def answer(self, body):
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
`;

const MAIN = `
server = SERVER(('127.0.0.1', 0), Pod)
server.handle_error = lambda *_: None
print(server.server_port, flush=True)
server.serve_forever()
`;

/** A real http.server of Python's in a process of its own. */
export class PythonPod implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /** `handler`: the methods of class Pod, indented. HTTPServer serves one connection at a time. */
  static async start(server: 'HTTPServer' | 'ThreadingHTTPServer', handler: string): Promise<PythonPod> {
    const program = PRELUDE + handler + MAIN.replace('SERVER', server);
    const child = spawn(PYTHON ?? 'python3', ['-c', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new PythonPod(child, Number(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
