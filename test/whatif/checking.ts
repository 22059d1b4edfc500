import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { checkDocument } from '../../src/cli/what-if/check-document.ts';
import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { type Ended, runPodway } from '../process/podway.ts';

export type CheckDocument = ReturnType<typeof checkDocument>;

export interface Checking {
  /** Written into a folder, which is given with -f; text, or what becomes JSON. */
  readonly files?: Readonly<Record<string, unknown>>;
  /** Given with `-f -`. */
  readonly stdin?: string;
  /** `--live`, with its kubeconfig. */
  readonly api?: KubernetesApi;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A real `podway check` to its end. */
export async function runCheck({ files, stdin, api, args = [], env = {} }: Checking): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), 'podway-check-'));
  try {
    for (const [name, content] of Object.entries(files ?? {})) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    }
    const given = [
      ...(files === undefined ? [] : ['-f', folder]),
      ...(stdin === undefined ? [] : ['-f', '-']),
      ...(api === undefined ? [] : ['--live']),
    ];
    const ended = await runPodway({
      args: ['check', ...given, ...args],
      env,
      ...(stdin !== undefined && { stdin }),
      ...(api !== undefined && { kubeconfig: JSON.parse(api.kubeconfig()) as unknown }),
    });
    // Where the folder is differs from run to run.
    const stdout = ended.stdout.replaceAll(`${folder}/`, '').replaceAll(folder, '.');
    return { ...ended, stdout, stderr: ended.stderr.replaceAll(folder, '.') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same, and what it says as JSON. */
export async function checkJson(checking: Checking): Promise<{ code: number | null; said: CheckDocument }> {
  const ended = await runCheck({ ...checking, args: [...(checking.args ?? []), '-o', 'json'] });
  if (ended.stdout === '') throw new Error(ended.stderr);
  return { code: ended.code, said: JSON.parse(ended.stdout) as CheckDocument };
}

export interface Template {
  readonly hosts?: string;
  readonly paths?: string;
  readonly options?: string;
  readonly port?: number;
  readonly labels?: Readonly<Record<string, unknown>>;
}

/** A PodTemplateSpec that asks for routes. */
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

/** A workload whose pods ask for routes. */
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
