import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, type Writable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { attach } from '../../src/cli/attach.ts';
import { exec } from '../../src/cli/exec.ts';
import type { Runtime } from '../../src/cli/runtime.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import { terminals } from '../fixtures/kubernetes-api/streams/terminals.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { pod } from '../cluster/objects.ts';
import { MAIN } from '../fixtures/program.ts';

const COMPILE_CACHE = process.env['NODE_COMPILE_CACHE'];

/** How a podway process ended and what it wrote. */
export interface SessionEnd {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

interface InProcess {
  readonly input?: string | Readable;
  readonly stdout?: Writable;
  readonly env?: Readonly<Record<string, string>>;
  /** Gets the handler that the command registers for signals. */
  readonly signals?: Map<string, () => void>;
}

interface InProcessEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Lines that podway writes itself. */
  readonly messages: string;
}

/** podway at a terminal. */
export interface TerminalSession {
  readonly pid: number;
  /** Everything on the screen so far. */
  seen(): string;
  /** Resolves when the terminal has shown this text. */
  waitFor(what: string): Promise<void>;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  readonly ended: Promise<number>;
}

/** A stand-in with pods that run programs of this machine, and podway as its client. */
export class SessionScene {
  readonly api: KubernetesApi;
  readonly folder: string;

  private constructor(api: KubernetesApi, folder: string) {
    this.api = api;
    this.folder = folder;
  }

  static async set(options?: KubernetesApiOptions): Promise<SessionScene> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-sessions-'));
    const scene = new SessionScene(await KubernetesApi.start(options), folder);
    await writeFile(join(folder, 'config'), scene.api.kubeconfig());
    return scene;
  }

  /** Runs a pod with one container, or also with these further containers. */
  run(name: string, container: object = {}, more: readonly object[] = [], annotations: object = {}): void {
    const object = pod(name);
    const [main] = object.spec.containers;
    this.api.run(
      {
        ...object,
        metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
        spec: { containers: [{ ...main, ...container }, ...more] },
      },
      { cwd: this.folder },
    );
  }

  /** A Deployment or the like, or a Service; `runBehind` runs its pods. */
  own(kind: string, name: string): void {
    const labels = { app: name };
    const selector = kind === 'Service' ? labels : { matchLabels: labels };
    this.api.apply({
      apiVersion: kind === 'Service' ? 'v1' : 'apps/v1',
      kind,
      metadata: { name },
      spec: { selector },
    });
  }

  /** Runs a pod of that owner; its variable `WHO` has its name. */
  runBehind(owner: string, name: string, condition: 'ready' | 'unready'): void {
    const object = podManifest({ name, hosts: '', paths: '/', port: 8080, condition });
    const { spec, metadata } = object;
    const containers = spec.containers.map((it) => ({ ...it, env: [{ name: 'WHO', value: name }] }));
    const labelled = { ...metadata, labels: { ...metadata.labels, app: owner } };
    this.api.run({ ...object, metadata: labelled, spec: { containers } }, { cwd: this.folder });
  }

  get env(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.folder,
      KUBECONFIG: join(this.folder, 'config'),
      ...(COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE: COMPILE_CACHE }),
    };
  }

  /** Runs the command in this process, with streams of the test. */
  async runInProcess(
    args: readonly string[],
    { input = '', ...more }: InProcess = {},
  ): Promise<InProcessEnd> {
    const [verb, ...rest] = args;
    const [stdout, stderr] = [more.stdout ?? new PassThrough(), new PassThrough()];
    let messages = '';
    const runtime: Pick<Runtime, 'env' | 'args' | 'streams' | 'print' | 'printError' | 'onSignal'> = {
      env: { ...this.env, ...more.env },
      args: rest,
      streams: {
        stdin: typeof input === 'string' ? Readable.from([Buffer.from(input)]) : input,
        stdout,
        stderr,
      },
      print: (line) => stdout.write(line),
      printError: (...lines) => {
        messages += lines.map((line) => `${line}\n`).join('');
      },
      onSignal: (name, listener) => more.signals?.set(name, listener),
    };
    const command = verb === 'attach' ? attach : exec;
    const outputs = Promise.all([stdout instanceof PassThrough ? text(stdout) : '', text(stderr)]);
    // A session uses only these members of Runtime.
    const code = await withTimeout(command(runtime as Runtime), `${args.join(' ')}: ${messages}`);
    stdout.end();
    stderr.end();
    const [out, err] = await outputs;
    return { code, stdout: out, stderr: err, messages };
  }

  /** Starts podway with pipes. */
  start(...args: readonly string[]) {
    return spawn(process.execPath, [MAIN, ...args], { env: this.env, stdio: 'pipe' });
  }

  /** The exit code and output of the process, with this input or without input. */
  async end(args: readonly string[], input: string | Buffer = ''): Promise<SessionEnd> {
    const child = this.start(...args);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return this.ended(child);
  }

  async ended(child: ReturnType<SessionScene['start']>): Promise<SessionEnd> {
    const exit = once(child, 'close') as Promise<[number | null]>;
    const all = Promise.all([buffer(child.stdout), text(child.stderr), exit]);
    const [stdout, stderr, [code]] = await withTimeout(all, 'the end of podway');
    return { code, stdout, stderr };
  }

  /** Starts a shell line at a terminal of 111 columns and 33 rows; `podway` in it is podway. */
  terminal(line: string): TerminalSession {
    if (typeof terminals === 'string') throw new Error(terminals);
    const shell = `podway() { "${process.execPath}" "${MAIN}" "$@"; }; ${line}`;
    const pty = terminals.spawn('sh', ['-c', shell], {
      cols: 111,
      rows: 33,
      env: this.env,
      encoding: null,
    });
    let seen = '';
    let changed = Promise.withResolvers<void>();
    const ended = new Promise<number>((end) => pty.onExit(({ exitCode }) => end(exitCode)));
    pty.onData((data) => {
      seen += data.toString('latin1');
      changed.resolve();
      changed = Promise.withResolvers();
    });
    const waitFor = async (what: string): Promise<void> => {
      while (!seen.includes(what))
        await withTimeout(changed.promise, () => `${what} in ${JSON.stringify(seen)}`);
    };
    return {
      pid: pty.pid,
      seen: () => seen,
      waitFor,
      type: (keys) => pty.write(keys),
      resize: (columns, rows) => pty.resize(columns, rows),
      ended: withTimeout(ended, () => seen),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
