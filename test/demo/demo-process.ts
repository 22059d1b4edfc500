import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { rejectAfter } from '../fixtures/socket-reader.ts';
import { MAIN } from '../fixtures/program.ts';

/** Milliseconds. Three pods and a router start one after the other, and the machine may be busy. */
const PRINT_TIMEOUT = 40_000;
const LAST_LINE = 'Ctrl-C ends the router and its pods.';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A running `npm start`, or a similar program, on other ports, with its output. */
export class DemoProcess {
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  #printed = '';
  #changed: () => void = () => undefined;

  constructor(env: Readonly<Record<string, string>>, program: readonly string[] = [MAIN, 'demo']) {
    this.#child = spawn(process.execPath, program, {
      cwd: ROOT,
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text;
        this.#changed();
      });
    }
    this.ended = once(this.#child, 'close').then(([code]) => code as number | null);
  }

  get printed(): string {
    return this.#printed;
  }

  /** Its pods: the processes that it has started. */
  async children(): Promise<number[]> {
    const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
    const all = stdout.trim().split('\n');
    const pairs = all.map((line) => line.trim().split(/ +/).map(Number));
    return pairs.flatMap(([pid = 0, parent]) => (parent === this.#child.pid ? [pid] : []));
  }

  /** Resolves when the text has been printed. */
  async until(text = LAST_LINE): Promise<void> {
    while (!this.#printed.includes(text)) {
      const changed = new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
      const ended = this.ended.then(() => Promise.reject(new Error(`ended; printed ${this.#printed}`)));
      ended.catch(() => undefined);
      await rejectAfter(
        PRINT_TIMEOUT,
        `${JSON.stringify(text)}; printed ${this.#printed}`,
        Promise.race([changed, ended]),
      );
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.kill('SIGKILL');
    await this.ended;
  }
}

/** Whether the process exists; with a negative number, whether the process group exists. */
export function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Whether a program accepts connections at this address and port. */
export async function listens({ address, port }: { address: string; port: number }): Promise<boolean> {
  const socket = net.connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
