import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { answers } from '../../src/cli/operator/answers-command.ts';
import { explain } from '../../src/cli/operator/explain-command.ts';
import { history } from '../../src/cli/operator/history-command.ts';
import { routes } from '../../src/cli/operator/routes-command.ts';
import { tail } from '../../src/cli/operator/tail-command.ts';
import type { Command, Runtime } from '../../src/cli/runtime.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import { routerPod, type RouterPodOptions } from './router-pod.ts';

const COMMANDS: Readonly<Record<string, Command>> = { routes, explain, answers, history, tail };

/** How a command ended, and what it wrote. */
export interface PluginEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** A command that runs in this process. */
export class Running {
  stdout = '';
  stderr = '';
  readonly #signals = new Map<string, () => void>();
  readonly #ending: Promise<number>;
  #changed = Promise.withResolvers<void>();

  constructor([name = '', ...args]: readonly string[], { env = {}, stdin = '' }: RunOptions = {}) {
    const command = COMMANDS[name];
    if (command === undefined) throw new Error(`no command ${name}`);
    const stdout = new Writable({
      write: (chunk: Buffer, _, done) => {
        this.#add('stdout', chunk.toString());
        done();
      },
    });
    const runtime: Pick<Runtime, 'env' | 'args' | 'print' | 'printError' | 'onSignal'> & {
      readonly streams: Pick<Runtime['streams'], 'stdin' | 'stdout'>;
    } = {
      env: { HOME: '/nowhere', ...env },
      args,
      streams: { stdin: Readable.from([Buffer.from(stdin)]), stdout },
      print: (text) => this.#add('stdout', text),
      printError: (...lines) => this.#add('stderr', lines.map((line) => `${line}\n`).join('')),
      onSignal: (signal, listener) => this.#signals.set(signal, listener),
    };
    // The command uses only these members of Runtime.
    this.#ending = command(runtime as Runtime);
  }

  /** Resolves with its end. */
  async ended(): Promise<PluginEnd> {
    const code = await withTimeout(this.#ending, () => `the end: ${this.stdout}${this.stderr}`);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** Interrupts it; resolves with its end. */
  interrupt(): Promise<PluginEnd> {
    this.#signals.get('SIGINT')?.();
    return this.ended();
  }

  /** Resolves when stdout or stderr contains this. */
  async until(what: RegExp): Promise<void> {
    const all = () => this.stdout + this.stderr;
    while (!what.test(all()))
      await withTimeout(this.#changed.promise, () => `${what} in ${JSON.stringify(all())}`);
  }

  #add(where: 'stdout' | 'stderr', text: string): void {
    this[where] += text;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Runs a command in this process until it ends. */
export function run(args: readonly string[], options?: RunOptions): Promise<PluginEnd> {
  return new Running(args, options).ended();
}

/** A stand-in with pods that are routers, each a process at an address of its own, and a user's kubeconfig. */
export class PluginScene {
  readonly api: KubernetesApi;
  readonly folder: string;

  private constructor(api: KubernetesApi, folder: string) {
    this.api = api;
    this.folder = folder;
  }

  static async set(options?: KubernetesApiOptions): Promise<PluginScene> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-plugin-'));
    const scene = new PluginScene(await KubernetesApi.start(options), folder);
    await writeFile(join(folder, 'config'), scene.api.kubeconfig());
    return scene;
  }

  get env(): Record<string, string> {
    return { HOME: this.folder, KUBECONFIG: join(this.folder, 'config') };
  }

  /** Makes the process at that address a pod of the cluster, with the labels of the chart. */
  router(name: string, address: string, options: RouterPodOptions = {}): void {
    this.api.apply(routerPod(name, address, options));
  }

  run(...args: readonly string[]): Promise<PluginEnd> {
    return run(args, { env: this.env });
  }

  start(...args: readonly string[]): Running {
    return new Running(args, { env: this.env });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
