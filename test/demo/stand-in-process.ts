import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import { freePorts } from '../fixtures/free-ports.ts';
import { type KubernetesTools, kubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { DemoProcess, listens, ROOT } from './demo-process.ts';

const TIMEOUT = 20_000;

/** The arguments of Node.js for `npm run stand-in`. */
export const STAND_IN = ['--require', './src/podway.cjs', 'test/rigs/stand-in.ts'];

/** A running `npm run stand-in` with the real kubectl, helm and curl. */
export class StandIn {
  readonly demo: DemoProcess;
  readonly port: number;
  readonly #tools: KubernetesTools;

  constructor(demo: DemoProcess, port: number, tools: KubernetesTools) {
    this.demo = demo;
    this.port = port;
    this.#tools = tools;
  }

  get kubeconfig(): string {
    return /KUBECONFIG=(\S+)/.exec(this.demo.printed)?.[1] ?? '';
  }

  /** Returns the output of kubectl; fails when kubectl fails. */
  kubectl(args: string, input = ''): Promise<string> {
    return this.run(this.#tools.kubectl, args.split(' '), input);
  }

  helm(args: string): Promise<string> {
    return this.run(this.#tools.helm, args.split(' '));
  }

  /** The router's answer, status first: `200 web-1 saw GET / for demo.localhost`. */
  async curl(host: string, path: string, ...more: readonly string[]): Promise<string> {
    const format = ['-s', '-w', '%{stderr}%{http_code} ', '-H', `Host: ${host}`, ...more];
    const { stdout, stderr } = await execute(
      'curl',
      [...format, `http://127.0.0.1:${this.port}${path}`],
      '',
      {},
    );
    return stderr + stdout;
  }

  /** Repeats a request until its answer matches: podway follows the change of a pod after some milliseconds. */
  routed(matches: RegExp, ...asked: Parameters<StandIn['curl']>): Promise<void> {
    return eventually(async () => assert.match(await this.curl(...asked), matches));
  }

  /** Runs a line as a person pastes it into a shell. */
  paste(lines: string): Promise<string> {
    return this.run('sh', ['-e', '-c', lines]);
  }

  /** Runs a line whose command does not end: resolves when its output matches. */
  async pasteUntil(line: string, matches: RegExp): Promise<{ end(): Promise<void> }> {
    const child = spawn('sh', ['-c', `exec ${line}`], { cwd: ROOT, env: this.#environment, stdio: 'pipe' });
    const ended = once(child, 'close');
    let printed = '';
    // Continues to read, since a program whose output is not read ends.
    await new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
        if (matches.test(printed)) resolve();
      });
      child.on('close', () => resolve());
    });
    assert.match(printed, matches, line);
    return {
      end: async () => {
        child.kill();
        await ended;
      },
    };
  }

  get #environment(): NodeJS.ProcessEnv {
    const PATH = [dirname(this.#tools.kubectl), dirname(process.execPath), process.env['PATH']].join(':');
    const { NODE_COMPILE_CACHE } = process.env;
    return { PATH, HOME: dirname(this.kubeconfig), KUBECONFIG: this.kubeconfig, NODE_COMPILE_CACHE };
  }

  async run(program: string, args: readonly string[], input = ''): Promise<string> {
    const { stdout, stderr, code } = await execute(program, args, input, this.#environment);
    assert.equal(code, 0, `${program} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.demo[Symbol.asyncDispose]();
  }
}

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | string | null | undefined;
}

function execute(
  program: string,
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  const options = { cwd: ROOT, env, timeout: 60_000 };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      resolve({ stdout, stderr, code: error === null ? 0 : (error.code ?? error.signal ?? null) });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Free ports, each followed by another free port. */
async function freePairs(count: number): Promise<number[]> {
  for (;;) {
    const ports = await freePorts(count);
    const next = await Promise.all(ports.map((port) => listens({ address: '127.0.0.1', port: port + 1 })));
    if (!next.includes(true)) return ports;
  }
}

/** Undefined, and the test skipped, where a program is missing. */
export async function startStandIn(t: TestContext): Promise<StandIn | undefined> {
  const tools = await kubernetesTools();
  const curl = await execute('curl', ['--version'], '', process.env);
  if (typeof tools === 'string' || curl.code !== 0) {
    t.skip(typeof tools === 'string' ? tools : 'no curl on this machine');
    return undefined;
  }
  // The guide's `podway local` listens on the two ports that follow.
  const [port = 0, adminPort = 0] = await freePairs(2);
  const env = { PORT: String(port), ADMIN_PORT: String(adminPort), OPERATOR_PORT: 'none' };
  const demo = new DemoProcess(env, STAND_IN);
  await demo.until('Ctrl-C ends everything.');
  return new StandIn(demo, port, tools);
}

/** Repeats `attempt` until it does not throw; fails with its last error. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + TIMEOUT;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
