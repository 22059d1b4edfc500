import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { check } from '../../src/cli/check.ts';
import type { Command } from '../../src/cli/runtime.ts';
import type { checkDocument } from '../../src/cli/what-if/check-document.ts';
import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { type Ended, runPodway } from '../process/podway.ts';

export type CheckDocument = ReturnType<typeof checkDocument>;

type Output = Pick<Ended, 'code' | 'stdout' | 'stderr'>;

export interface Checking {
  /** Files of a folder that is given with -f: text, or a value that is written as JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
  /** The input of `-f -`. */
  readonly stdin?: string | Buffer;
  /** `--live`, with its kubeconfig. */
  readonly api?: KubernetesApi;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A folder with these files, whose content is text or is written as JSON. */
export async function folderOf(files: Readonly<Record<string, unknown>>) {
  const path = await mkdtemp(join(tmpdir(), 'podway-check-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** Runs a real `podway check` to its end. */
export async function runCheck(checking: Checking): Promise<Output> {
  const { stdin, api, env = {} } = checking;
  await using folder = await folderOf(checking.files ?? {});
  const ended = await runPodway({
    args: ['check', ...argumentsOf(checking, folder.path)],
    env,
    ...(stdin !== undefined && { stdin }),
    ...(api !== undefined && { kubeconfig: JSON.parse(api.kubeconfig()) as unknown }),
  });
  return shown(ended, folder.path);
}

/** The arguments of a command. */
export interface Given {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Buffer;
  /** The kubeconfig is that of the command. */
  readonly api?: KubernetesApi | undefined;
}

/** Runs a command to its end in this process, which takes a tenth of the time of a separate process. */
export async function endsHere(
  command: Command,
  { args, env = {}, stdin = '', api }: Given,
): Promise<Output> {
  await using home = await folderOf(api === undefined ? {} : { kubeconfig: api.kubeconfig() });
  let stdout = '';
  let stderr = '';
  const code = await command({
    env: { ...(api !== undefined && { KUBECONFIG: join(home.path, 'kubeconfig') }), ...env },
    args,
    version: '0',
    machine: { cores: 1, memory: 2 ** 30, openFiles: 1024, sharesPorts: false, addresses: [] },
    stdout: { fd: 1, terminal: false },
    streams: { stdin: Readable.from([Buffer.from(stdin)]), stdout: process.stdout, stderr: process.stderr },
    print: (text) => {
      stdout += text;
    },
    printError: (...lines) => {
      stderr += lines.map((it) => `${it}\n`).join('');
    },
    onSignal: () => undefined,
    memory: () => ({ resident: 0, heap: 0 }),
    onFault: () => undefined,
  });
  return { code, stdout, stderr };
}

/** `podway check` in this process. */
export async function checkHere(checking: Checking): Promise<Output> {
  const { stdin = '', api, env = {} } = checking;
  await using folder = await folderOf(checking.files ?? {});
  const ended = await endsHere(check, { args: argumentsOf(checking, folder.path), env, stdin, api });
  return shown(ended, folder.path);
}

function argumentsOf({ files, stdin, api, args = [] }: Checking, folder: string): string[] {
  return [
    ...(files === undefined ? [] : ['-f', folder]),
    ...(stdin === undefined ? [] : ['-f', '-']),
    ...(api === undefined ? [] : ['--live']),
    ...args,
  ];
}

/** The output without the path of the folder, which differs from run to run. */
function shown({ code, stdout, stderr }: Output, folder: string): Output {
  const cut = (text: string) => text.replaceAll(`${folder}/`, '').replaceAll(folder, '.');
  return { code, stdout: cut(stdout), stderr: cut(stderr) };
}

/** The document of a check with `-o json`. */
async function printedBy(
  run: typeof checkHere,
  checking: Checking,
): Promise<{ readonly code: number | null; readonly document: CheckDocument }> {
  const { code, stdout, stderr } = await run({ ...checking, args: [...(checking.args ?? []), '-o', 'json'] });
  if (stdout === '') throw new Error(stderr);
  return { code, document: JSON.parse(stdout) as CheckDocument };
}

/** Runs a real process. */
export const checkJson = (checking: Checking) => printedBy(runCheck, checking);
/** Runs the command in this process. */
export const jsonHere = (checking: Checking) => printedBy(checkHere, checking);

export interface Template {
  readonly hosts?: string;
  readonly paths?: string;
  readonly options?: string;
  readonly port?: number;
  readonly labels?: Readonly<Record<string, unknown>>;
}

/** A PodTemplateSpec that declares routes. */
export function template({ hosts, paths, options, port = 3000, labels = { routable: 'true' } }: Template) {
  const annotations = {
    ...(hosts !== undefined && { routingHosts: hosts }),
    ...(paths !== undefined && { routingPaths: paths }),
    ...(options !== undefined && { routingOptions: options }),
  };
  return {
    metadata: { labels, annotations },
    spec: { containers: [{ name: 'main', image: 'test', ports: [{ containerPort: port }] }] },
  };
}

export interface WorkloadSpec extends Template {
  readonly kind?: string;
  readonly name: string;
  readonly namespace?: string;
  readonly spec?: Readonly<Record<string, unknown>>;
}

const VERSIONS: Readonly<Record<string, string>> = {
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Rollout: 'argoproj.io/v1alpha1',
  ReplicationController: 'v1',
};

/** A workload whose pods declare routes. */
export function workload({
  kind = 'Deployment',
  name,
  namespace = 'shop',
  spec = {},
  ...pods
}: WorkloadSpec) {
  const made = { template: template(pods) };
  const whole = kind === 'CronJob' ? { jobTemplate: { spec: made }, ...spec } : { ...made, ...spec };
  return {
    apiVersion: VERSIONS[kind] ?? 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: whole,
  };
}
