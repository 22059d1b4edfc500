import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net, { type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portForward } from '../../src/cli/port-forward.ts';
import type { Runtime } from '../../src/cli/runtime.ts';
import { Authority } from '../fixtures/authority.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { MAIN } from '../fixtures/program.ts';

const COMPILE_CACHE = process.env['NODE_COMPILE_CACHE'];

/** A pod: an object of the API, and a server at a loopback address of its own, which represents the pod's network. */
export interface ForwardPod {
  readonly name: string;
  /** Undefined where no program listens. */
  readonly server: net.Server | undefined;
}

interface PodOptions {
  readonly condition?: 'ready' | 'unready' | 'terminating';
  readonly labels?: Readonly<Record<string, string>>;
  readonly hosts?: string;
  readonly paths?: string;
  readonly uid?: string;
}

/** A running `podway port-forward`. */
export interface Forwarding {
  /** Local ports, in the order of the arguments. */
  readonly local: readonly number[];
  /** Its output on stdout and on stderr. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when stdout or stderr contains this. */
  readonly until: (what: string | RegExp) => Promise<void>;
  /** Ends it by a signal; resolves with the exit code. */
  readonly end: (signal?: NodeJS.Signals) => Promise<number>;
}

/** Addresses that pods have. */
let addresses = 0;

/** A stand-in with pods that are servers of this process, and podway as its client. */
export class ForwardScene {
  readonly api: KubernetesApi;
  readonly folder: string;
  /** The port of all pods. */
  readonly port: number;
  /** By the names of pods. */
  readonly #addresses = new Map<string, string>();
  readonly #servers = new Set<net.Server>();
  readonly #sockets = new Set<Socket>();
  readonly #ends: (() => Promise<unknown>)[] = [];

  private constructor(api: KubernetesApi, folder: string, port: number) {
    this.api = api;
    this.folder = folder;
    this.port = port;
  }

  static async start(
    options: KubernetesApiOptions & { readonly overTls?: boolean } = {},
  ): Promise<ForwardScene> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-forward-'));
    const tls = options.overTls === true ? { tls: await certificate(folder) } : {};
    const api = await KubernetesApi.start({ ...options, ...tls });
    // A port that is free at every address.
    const probe = net.createServer();
    await once(probe.listen(0, '0.0.0.0'), 'listening');
    const { port } = probe.address() as net.AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const scene = new ForwardScene(api, folder, port);
    await writeFile(join(folder, 'config'), api.kubeconfig());
    return scene;
  }

  /** Starts a pod; without `serve` no program listens in it. */
  async pod(
    name: string,
    serve: ((socket: Socket) => void) | undefined,
    options: PodOptions = {},
  ): Promise<ForwardPod> {
    addresses += 1;
    const address = `127.1.${addresses >> 8}.${addresses & 255}`;
    const server = serve && net.createServer({ allowHalfOpen: true }, serve);
    if (server !== undefined) {
      server.on('connection', (socket: Socket) => {
        this.#sockets.add(socket.on('error', () => undefined));
        socket.on('close', () => this.#sockets.delete(socket));
      });
      await once(server.listen(this.port, address), 'listening');
      this.#servers.add(server);
    }
    this.#addresses.set(name, address);
    this.#apply(name, options);
    return { name, server };
  }

  /** Gives the pod another condition, or other labels, at the same address. */
  change(name: string, options: PodOptions): void {
    this.#apply(name, options);
  }

  delete(name: string): void {
    this.api.delete({ kind: 'Pod', apiVersion: 'v1', metadata: { name, namespace: 'default' } });
  }

  /** A Deployment or the like, or a Service; its pods have the label `app`. */
  own(kind: string, name: string, spec: object = {}): void {
    const labels = { app: name };
    const selector = kind === 'Service' ? labels : { matchLabels: labels };
    this.api.apply({
      apiVersion: kind === 'Service' ? 'v1' : 'apps/v1',
      kind,
      metadata: { name },
      spec: { selector, ...spec },
    });
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      KUBECONFIG: join(this.folder, 'config'),
      ...(COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE: COMPILE_CACHE }),
    };
  }

  /** Runs `podway port-forward` in this process until it ends: returns its exit code and its output. */
  async ended(...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
    const { ending, output } = this.#run(args);
    return { code: await withTimeout(ending, args.join(' ')), stderr: output.stderr };
  }

  /** Starts it in this process. */
  async forward(...args: readonly string[]): Promise<Forwarding> {
    const { ending, output, signals } = this.#run(args);
    const end = async (signal: NodeJS.Signals = 'SIGINT') => {
      signals.get(signal)?.();
      return withTimeout(ending, 'the end of podway');
    };
    this.#ends.push(end);
    const forwarding = {
      stdout: () => output.stdout,
      stderr: () => output.stderr,
      until: (what: string | RegExp) => output.has(what),
      end,
    };
    await Promise.race([output.has(/Forwarding .*\n/), ending]);
    const local = [...output.stdout.matchAll(/^Forwarding \S+:(\d+) /gm)].map(([, port]) => Number(port));
    if (local.length === 0) throw new Error(`podway ended: ${output.stderr}`);
    return { ...forwarding, local };
  }

  /** Starts it as a separate process. */
  start(...args: readonly string[]) {
    return spawn(process.execPath, [MAIN, 'port-forward', ...args], { env: this.env, stdio: 'pipe' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends) await end();
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
    await this.api[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  #run(args: readonly string[]) {
    const signals = new Map<string, () => void>();
    const output = new Output();
    const runtime: Pick<Runtime, 'env' | 'args' | 'print' | 'printError' | 'onSignal'> = {
      env: this.env,
      args,
      print: (text) => output.add('stdout', text),
      printError: (...lines) => output.add('stderr', lines.map((line) => `${line}\n`).join('')),
      onSignal: (name, listener) => signals.set(name, listener),
    };
    // The command uses only these members of Runtime.
    return { ending: portForward(runtime as Runtime), output, signals };
  }

  #apply(name: string, { condition, labels, hosts = '', paths = '/', uid }: PodOptions): void {
    const address = this.#addresses.get(name) ?? '';
    const manifest = podManifest({
      name,
      hosts,
      paths,
      port: this.port,
      address,
      ...(condition && { condition }),
    });
    const { metadata } = manifest;
    const [main] = manifest.spec.containers;
    const ports = [{ name: 'web', containerPort: this.port }];
    this.api.apply({
      ...manifest,
      metadata: { ...metadata, ...(uid !== undefined && { uid }), labels: { ...metadata.labels, ...labels } },
      spec: { containers: [{ ...main, ports }] },
    });
  }
}

/** The output of a command; tests read it and wait for it. */
class Output {
  stdout = '';
  stderr = '';
  #changed = Promise.withResolvers<void>();

  add(where: 'stdout' | 'stderr', text: string): void {
    this[where] += text;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async has(what: string | RegExp): Promise<void> {
    const all = () => this.stdout + this.stderr;
    const found = () => (typeof what === 'string' ? all().includes(what) : what.test(all()));
    while (!found()) await withTimeout(this.#changed.promise, () => `${what} in ${JSON.stringify(all())}`);
  }
}

async function certificate(folder: string) {
  const authority = new Authority(folder);
  await authority.create();
  await authority.sign('server');
  return {
    key: await authority.read('server.key'),
    cert: await authority.read('server'),
    ca: await authority.read('ca'),
  };
}
