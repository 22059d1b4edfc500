import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { local } from '../../src/cli/local.ts';
import type { Runtime } from '../../src/cli/runtime.ts';
import { Authority } from '../fixtures/authority.ts';
import { freePorts } from '../fixtures/free-ports.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { podManifest, secretManifest, type PodSpec } from '../fixtures/manifest.ts';
import { MAIN } from '../fixtures/program.ts';

const COMPILE_CACHE = process.env['NODE_COMPILE_CACHE'];
const TOKEN = 'a-token-that-nobody-may-see';

export interface LocalEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `podway local` in this process. */
export interface RunningLocal {
  /** Its output so far, on stdout and in its own lines. */
  printed(): string;
  until(what: string | RegExp): Promise<void>;
  signal(name: NodeJS.Signals): void;
  readonly ended: Promise<{ readonly code: number; readonly printed: string }>;
}

/** An API server over TLS with a token, and pods that are servers of this process. */
export class LocalScene {
  readonly api: KubernetesApi;
  readonly folder: string;
  /** The targets of the requests that pods got, also those of upgrades. */
  readonly requests: string[] = [];
  readonly #pods: Server[] = [];
  readonly #running = new Set<RunningLocal>();

  private constructor(api: KubernetesApi, folder: string) {
    this.api = api;
    this.folder = folder;
  }

  static async start(rules?: readonly Rule[]): Promise<LocalScene> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-local-'));
    const authority = new Authority(folder);
    await authority.create();
    await authority.sign('server');
    const tls = {
      key: await authority.read('server.key'),
      cert: await authority.read('server'),
      ca: await authority.read('ca'),
    };
    const api = await KubernetesApi.start({ tls, token: TOKEN, ...(rules !== undefined && { rules }) });
    const scene = new LocalScene(api, folder);
    await scene.writeKubeconfig();
    return scene;
  }

  /** The context `dev` has the namespace `shop`; `nowhere` has a server that does not exist. */
  async writeKubeconfig(name = 'config', current = 'nowhere'): Promise<void> {
    const config = JSON.parse(this.api.kubeconfig()) as Record<string, object[]>;
    const [cluster] = config['clusters'] as { cluster: object }[];
    const nowhere = { name: 'nowhere', cluster: { ...cluster?.cluster, server: 'https://127.0.0.1:1' } };
    const contexts = [
      { name: 'dev', context: { cluster: 'stand-in', user: 'podway', namespace: 'shop' } },
      { name: 'nowhere', context: { cluster: 'nowhere', user: 'podway' } },
    ];
    const clusters = [...(config['clusters'] ?? []), nowhere];
    const whole = { ...config, clusters, contexts, 'current-context': current };
    await writeFile(join(this.folder, name), JSON.stringify(whole));
  }

  /** Starts a pod; it answers with the request that it got, and echoes messages. */
  async pod(name: string, spec: Partial<PodSpec> = {}): Promise<ReturnType<typeof podManifest>> {
    const server = createServer((request, response) => {
      const { method, url = '', headers } = request;
      this.requests.push(url);
      // `/say?location=...&set-cookie=...`: the fields of the answer.
      const printed = url.startsWith('/say?') ? [...new URLSearchParams(url.slice('/say?'.length))] : [];
      for (const [name, value] of printed) response.appendHeader(name, value);
      response.statusCode = response.hasHeader('location') ? 302 : 200;
      const seen = {
        pod: name,
        method,
        url,
        host: headers.host,
        origin: headers.origin,
        cookie: headers.cookie,
      };
      response.end(`${JSON.stringify({ ...seen, forwarded: headers['x-forwarded-host'] })}\n`);
    });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, { url = '', headers }) => {
      this.requests.push(url);
      socket.on('message', (data) =>
        socket.send(`${name} ${headers.host} ${headers.origin}: ${(data as Buffer).toString()}`),
      );
    });
    this.#pods.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const manifest = podManifest({
      name,
      namespace: 'shop',
      hosts: 'shop.example.com',
      paths: '/',
      port,
      // An address of no host (RFC 5737): only the API server reaches the pod.
      address: '192.0.2.1',
      ...spec,
    });
    this.api.apply(manifest);
    return manifest;
  }

  keyed(namespace: string, key: string): void {
    this.api.apply(secretManifest(namespace, { 'api-key': key }));
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      KUBECONFIG: join(this.folder, 'config'),
      KUBE_CONTEXT: 'dev',
      LOG_LEVEL: 'error',
      ...(COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE: COMPILE_CACHE }),
    };
  }

  /** Runs the command in this process. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): RunningLocal {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const signals = new Map<string, () => void>();
    let printed = '';
    let changed = Promise.withResolvers<void>();
    const record = (line: string): void => {
      printed += line;
      changed.resolve();
      changed = Promise.withResolvers();
    };
    const runtime: Runtime = {
      env: { ...this.env, ...env },
      args,
      version: 'test',
      machine: {
        cores: 1,
        memory: 2 ** 30,
        openFiles: 1_024,
        sharesPorts: process.platform === 'linux',
        addresses: [],
      },
      stdout: { fd: 1, terminal: false },
      streams: { stdin: Readable.from([]), stdout, stderr },
      print: record,
      printError: (...lines) => record(lines.map((line) => `${line}\n`).join('')),
      onSignal: (name, listener) => signals.set(name, listener),
      memory: () => ({ resident: 0, heap: 0 }),
      onFault: () => undefined,
    };
    const running: RunningLocal = {
      printed: () => printed,
      until: async (what) => {
        const has = () => (typeof what === 'string' ? printed.includes(what) : what.test(printed));
        while (!has()) await withTimeout(changed.promise, `${String(what)} in ${printed}`);
      },
      signal: (name) => signals.get(name)?.(),
      ended: local(runtime).then((code) => {
        this.#running.delete(running);
        return { code, printed };
      }),
    };
    this.#running.add(running);
    return running;
  }

  /** Two ports as flags: of the router and of its admin pages. */
  async ports(): Promise<{
    readonly port: number;
    readonly admin: number;
    readonly flags: readonly string[];
  }> {
    const [port = 0, admin = 0] = await freePorts(2);
    return { port, admin, flags: ['--port', String(port), '--admin-port', String(admin)] };
  }

  /** Starts the command as a separate process. */
  start(args: readonly string[]) {
    return spawn(process.execPath, [MAIN, 'local', ...args], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async end(child: ReturnType<LocalScene['start']>): Promise<LocalEnd> {
    const exit = once(child, 'close') as Promise<[number | null]>;
    const all = Promise.all([text(child.stdout), text(child.stderr), exit]);
    const [stdout, stderr, [code]] = await withTimeout(all, 'the end of podway');
    return { code, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) {
      running.signal('SIGTERM');
      await running.ended;
    }
    await this.api[Symbol.asyncDispose]();
    for (const server of this.#pods) {
      server.closeAllConnections();
      server.close();
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs real curl; returns its output. */
export async function curl(...args: readonly string[]): Promise<string> {
  const child = spawn('curl', ['--silent', '--show-error', '--max-time', '10', '--noproxy', '', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output] = await withTimeout(Promise.all([text(child.stdout), once(child, 'close')]), 'curl');
  return output;
}
