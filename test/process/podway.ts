import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../fixtures/free-ports.ts';
import { MAIN } from '../fixtures/program.ts';

const KUBECONFIG = 'kubeconfig';
/** Milliseconds. A process that starts beside many others needs only a part of them. */
const TIMEOUT = 60_000;
const COMPILE_CACHE = process.env['NODE_COMPILE_CACHE'];
/** The workers of a podway whose test does not set them: one in `npm test`, see ../run.ts. Undefined: as many as WORKERS=auto starts. */
const WORKERS = process.env['TEST_WORKERS'];

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

let started = 0;

/** A loopback address that only this router of this test process uses, so that its ports never collide with those of another router. */
function ownAddress(): string {
  started += 1;
  return `127.${(process.pid >> 8) & 0xff || 1}.${process.pid & 0xff}.${started}`;
}

export interface PodwayOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it listens for TLS, at `tlsPort`. */
  readonly tls?: boolean;
  /** The files of the folder that MANIFESTS names: objects by file name. Absent: MANIFESTS is not set. */
  readonly manifests?: Readonly<Record<string, unknown>>;
  readonly kubeconfig?: unknown;
  /** A descriptor; or `unread`: a pipe that the test does not read. Absent: a pipe that the test reads. */
  readonly stdout?: 'unread' | number;
  readonly args?: readonly string[];
  /** The content of stdin. Absent: podway has no stdin. */
  readonly stdin?: string | Buffer;
  /** The program. Default: the sources, or the program that PODWAY_MAIN names. */
  readonly main?: string;
  /** The working directory. Default: that of the tests. */
  readonly cwd?: string;
  /** A command in front of node, such as prlimit. */
  readonly launcher?: readonly string[];
  /** Milliseconds until `until` and `eventually` give up. */
  readonly timeout?: number;
}

/** Where a podway listens. Fixed ports could be those of a program that listens on all addresses. */
interface Place {
  readonly address: string;
  readonly port: number;
  readonly adminPort: number;
  readonly operatorPort: number;
  readonly tlsPort: number;
}

async function freePlace(): Promise<Place> {
  const address = ownAddress();
  const [port = 0, adminPort = 0, operatorPort = 0, tlsPort = 0] = await freePorts(4, address);
  return { address, port, adminPort, operatorPort, tlsPort };
}

/** A podway process with its own loopback address. */
export class Podway implements Place {
  readonly address: string;
  readonly port: number;
  readonly adminPort: number;
  readonly operatorPort: number;
  readonly tlsPort: number;
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #timeout: number;
  readonly #hasOperator: boolean;
  #stdout = '';
  #stderr = '';

  constructor(folder: string, place: Place, options: PodwayOptions) {
    const { env = {}, manifests, kubeconfig, stdin, stdout, args = ['serve'], main = MAIN } = options;
    this.#folder = folder;
    this.#timeout = options.timeout ?? TIMEOUT;
    this.address = place.address;
    this.port = place.port;
    this.adminPort = place.adminPort;
    this.operatorPort = place.operatorPort;
    this.tlsPort = place.tlsPort;
    const settings = {
      ADDRESS: this.address,
      ADMIN_ADDRESS: this.address,
      PORT: String(this.port),
      ADMIN_PORT: String(this.adminPort),
      OPERATOR_ADDRESS: this.address,
      OPERATOR_PORT: String(this.operatorPort),
      ...(options.tls === true && { TLS_PORT: String(this.tlsPort) }),
      DRAIN_DELAY: '0',
      DRAIN_TIMEOUT: '2s',
      ...(args[0] === 'serve' && WORKERS !== undefined && { WORKERS }),
      // The compile cache halves the start time.
      ...(COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE: COMPILE_CACHE }),
      // Hides the kubeconfig of the machine that runs the tests.
      HOME: folder,
      ...(kubeconfig !== undefined && { KUBECONFIG: join(folder, KUBECONFIG) }),
      ...(manifests && { MANIFESTS: folder }),
      ...env,
    };
    const [command = '', ...line] = [...(options.launcher ?? []), process.execPath, main, ...args];
    this.#hasOperator = settings.OPERATOR_PORT === String(this.operatorPort);
    this.#child = spawn(command, line, {
      cwd: options.cwd,
      env: settings,
      stdio: [stdin === undefined ? 'ignore' : 'pipe', typeof stdout === 'number' ? stdout : 'pipe', 'pipe'],
    });
    // The process may end before it has read the whole input.
    this.#child.stdin?.on('error', () => undefined).end(stdin);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    if (stdout === undefined) this.#readStdout();
    this.ended = once(this.#child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** All of stdout that has been read so far. */
  get stdout(): string {
    return this.#stdout;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async write(name: string, object: unknown): Promise<void> {
    await this.writeText(name, JSON.stringify(object));
  }

  async writeText(name: string, text: string | Buffer): Promise<void> {
    await writeFile(join(this.#folder, name), text);
  }

  admin(path: string, method = 'GET'): Promise<Reply> {
    return send({ host: this.address, port: this.adminPort, path, method });
  }

  operator(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Reply> {
    return send({ host: this.address, port: this.operatorPort, path, headers, method });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return send({ host: this.address, port: this.port, path, headers: { host: 't.local', ...headers } });
  }

  /** Opens a connection to the router, or to another port, and closes it at once without a request. Rejects if it is refused. */
  async connect(port = this.port): Promise<void> {
    const socket = connect(port, this.address);
    try {
      await once(socket, 'connect');
    } finally {
      socket.destroy();
    }
  }

  /** Resolves when `/readyz` answers `status`. For 200 it also waits for the operator listener, which starts independently. */
  async until(status: 200 | 503): Promise<Reply> {
    return this.eventually(async () => {
      const reply = await this.admin('/readyz');
      assert.equal(reply.status, status, reply.body);
      if (status === 200 && this.#hasOperator) await this.connect(this.operatorPort);
      return reply;
    });
  }

  /** Repeats `attempt` until it does not throw. Gives up after some time with its last error. */
  async eventually<T>(attempt: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#timeout;
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (performance.now() > deadline || this.#child.exitCode !== null) {
          throw new Error(`${String(error)}\n${this.#stderr}${this.#stdout}`, { cause: error });
        }
        await sleep(40);
      }
    }
  }

  #readStdout(): void {
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    this.#child.stdout?.resume();
    await this.ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

export async function startPodway(options: PodwayOptions): Promise<Podway> {
  const folder = await mkdtemp(join(tmpdir(), 'podway-test-'));
  const { manifests = {}, kubeconfig } = options;
  const files = { ...manifests, ...(kubeconfig !== undefined && { [KUBECONFIG]: kubeconfig }) };
  for (const [name, object] of Object.entries(files))
    await writeFile(join(folder, name), JSON.stringify(object));
  return new Podway(folder, await freePlace(), options);
}

/** Runs podway until it ends. */
export async function runPodway(options: PodwayOptions): Promise<Ended> {
  await using podway = await startPodway(options);
  return await podway.ended;
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request on a new connection. */
function send(target: Target): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...target, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        body += text;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
