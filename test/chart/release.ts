import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { kubernetesTools, type KubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { CHART } from './written-files.ts';

export type Values = Readonly<Record<string, unknown>>;

/** An object as `helm template` prints it. Tests read its fields by the kind. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: Values;
  readonly [field: string]: unknown;
}

export type Labels = Readonly<Record<string, string>>;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, with `input` on its stdin. Programs in Go run without garbage collection: it does not
 * pay off in such short runs.
 */
export function runProgram(path: string, args: readonly string[], input = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { maxBuffer: 64 * 1024 * 1024, timeout: 60_000, env: { ...process.env, GOGC: 'off' } };
    const child = execFile(path, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
    // A program that does not read stdin may exit before stdin is closed.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

const RELEASE = ['edge', fileURLToPath(CHART), '--namespace', 'routers'];

/** The output of `helm template` for these values, or its error. The release is `edge` in the namespace `routers`. */
export function helmTemplate({ helm }: KubernetesTools, values: Values, ...args: string[]): Promise<Outcome> {
  return runProgram(helm, ['template', ...RELEASE, '--values', '-', ...args], JSON.stringify(values));
}

/** The objects of a release with these values, or with those of a file of the chart's examples. */
export async function render(tools: KubernetesTools, values: Values, example?: string): Promise<Manifest[]> {
  const file = example === undefined ? [] : ['--values', exampleFile(example)];
  const { code, stdout, stderr } = await helmTemplate(tools, values, ...file);
  assert.equal(code, 0, stderr);
  return manifests(stdout);
}

export function exampleFile(name: string): string {
  return fileURLToPath(new URL(`examples/${name}`, CHART));
}

/** The documents of a YAML stream, as Helm and kubectl read them: `yes` is a boolean, `1e3` a number. */
export function manifests(yaml: string): Manifest[] {
  return parseAllDocuments(yaml, { version: '1.1' })
    .map((document) => {
      assert.deepEqual(document.errors, []);
      return document.toJS() as Manifest | null;
    })
    .filter((object) => object !== null);
}

/** A test that needs the real programs, and is skipped with the reason when they are not available. */
export function chartTest(title: string, body: (tools: KubernetesTools) => Promise<void>): void {
  void test(title, async (t) => {
    const tools = await kubernetesTools();
    if (typeof tools === 'string') t.skip(tools);
    else await body(tools);
  });
}
