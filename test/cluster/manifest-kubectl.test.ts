import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { KINDS } from '../../src/cluster/kinds.ts';
import { readDocuments } from '../../src/cluster/manifests/read-documents.ts';
import { parseYaml, scalarValue } from '../../src/cluster/yaml.ts';
import { parseSelector, type Selector } from '../../src/wiring/selector.ts';
import { wrongType } from '../../src/wiring/wrong-type.ts';
import { kubernetesTools } from '../fixtures/kubernetes-tools.ts';
import { SCOPE } from './recorded-source.ts';
import { sampleOf } from '../fixtures/wide.ts';

// The folder reads the files that kubectl reads, and reports wrong types with the same text. `--local` uses no server.

const run = promisify(execFile);

interface Kubectl {
  readonly program: string;
  readonly folder: string;
}

/** Runs `each` with the real kubectl for every case, several cases at a time. */
async function withKubectl<T>(
  t: TestContext,
  cases: readonly T[],
  each: (it: T, kubectl: Kubectl, file: string) => Promise<void>,
) {
  const tools = await kubernetesTools();
  if (typeof tools === 'string') return t.skip(tools);
  const folder = await mkdtemp(join(tmpdir(), 'podway-kubectl-'));
  const left = [...sampleOf(cases, Math.ceil(cases.length / 3)).entries()];
  const work = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      await each(next[1], { program: tools.kubectl, folder }, join(folder, `${next[0]}.yaml`));
    }
  };
  try {
    await Promise.all([work(), work()]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function kubectl(
  { program, folder }: Kubectl,
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string }> {
  const env = { HOME: folder, KUBECONFIG: '/dev/null', GOGC: 'off' };
  const options = { env, timeout: 30_000 };
  return run(program, args, options).catch((error: unknown) => error as { stdout: string; stderr: string });
}

const json = (name: string) => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name } });
const yaml = (name: string) => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`;
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const pod = (fields: string) => `apiVersion: v1\nkind: Pod\n${fields}\n`;
const list = (kind: string, items: string) => `apiVersion: v1\nkind: ${kind}\nitems:\n${items}\n`;

const FILES: readonly (string | Buffer)[] = [
  yaml('a'),
  json('a'),
  '',
  '# nothing\n',
  `\uFEFF${yaml('a')}`,
  `\uFEFF${json('a')}`,
  `\uFEFF---\n${yaml('a')}---\n${yaml('b')}`,
  utf16(`\uFEFF${yaml('a')}`),
  utf16(`\uFEFF${yaml('a')}`).swap16(),
  utf16(`\uFEFF${yaml('a')}---\n${yaml('b')}`),
  utf16(`\uFEFF${json('a')}${json('b')}`),
  `${json('a')}${json('b')}`,
  `${json('a')}\n\n${json('b')}\n`,
  `${json('a')}\n---\n${json('b')}\n`,
  `${json('a')}\n---\n${yaml('b')}`,
  `${json('a')}\n${yaml('b')}`,
  `${yaml('a')}---\n${json('b')}`,
  `${yaml('a')}--- # and another\n${yaml('b')}`,
  `${yaml('a')}---\n---\n# nothing\n---\n${yaml('b')}`,
  `${yaml('a')}...\n---\n${yaml('b')}`,
  `${yaml('a')}---\n${yaml('b')}`.replaceAll('\n', '\r\n'),
  '{apiVersion: v1, kind: Pod, metadata: {name: a}}',
  `{apiVersion: v1, kind: Pod, metadata: {name: a}, x: '}'}\n---\n${json('b')}`,
  list('List', '- {apiVersion: v1, kind: Pod, metadata: {name: a}}'),
  list('PodList', '- metadata: {name: a}'),
  list('FooList', '- {apiVersion: v1, kind: Pod, metadata: {name: a}}'),
  pod('metadata: {name: !!str 5}'),
  pod('metadata: {name: !custom a}'),
  pod('metadata: &m {name: a}\nother: *m'),
  pod('metadata:\n  <<: {name: a}'),
  pod('metadata:\n  name: >-\n    a\n'),
  pod('metadata: {name: "a"} # a comment'),
];

test('podway reads the same files as kubectl, with the same names', async (t) => {
  const selector = parseSelector('') as Selector;
  await withKubectl(t, FILES, async (bytes, tools, file) => {
    await writeFile(file, bytes);
    const { stdout, stderr } = await kubectl(tools, 'label', '--local', '-o', 'name', '-f', file, 'x=y');
    assert.equal(stderr, '', String(bytes));
    const reading = readDocuments(Buffer.from(bytes), KINDS, {
      scope: { ...SCOPE, labelSelector: '' },
      selector,
      known: new Set(),
    });
    assert.ok('documents' in reading, JSON.stringify(reading));
    const pods = reading.documents
      .flatMap((it) => it.contents ?? [])
      .flatMap((it) => it.objects['pods'] ?? []);
    assert.deepEqual(pods.map(({ name }) => `pod/${name}\n`).join(''), stdout, String(bytes));
  });
});

const WRONG: readonly string[] = [
  pod('metadata: {name: a, labels: {routable: true}}'),
  pod('metadata: {name: a, labels: {routable: yes}}'),
  pod('metadata: {name: a, labels: {routable: [true]}}'),
  pod('metadata: {name: a, labels: [routable]}'),
  pod('metadata: {name: a, labels: routable}'),
  pod('metadata: {name: a, annotations: {routingHosts: 12345}}'),
  pod('metadata: {name: a, annotations: {routingHosts: [t.local]}}'),
  pod('metadata: {name: a, annotations: {routingHosts: {a: b}}}'),
  pod('metadata: {name: a, annotations: {b: 0x1f, a: 1.5}, labels: {c: 1}}'),
  pod('metadata: {name: 12345}'),
  pod('metadata: {name: a, namespace: 123}'),
  pod('metadata: {name: a, namespace: on}'),
  pod('metadata: {name: a, uid: 5}'),
  pod('metadata: {name: a, namespace: 123}\nspec: 7'),
  pod('metadata: [a]'),
  pod('metadata: {name: a}\nspec: 7'),
  pod('metadata: {name: a}\nspec: {containers: {}}'),
  pod('metadata: {name: a}\nspec: {containers: [x]}'),
  pod('metadata: {name: a}\nspec: {containers: [{ports: 80}]}'),
  pod('metadata: {name: a}\nspec: {containers: [{ports: [80]}]}'),
  pod('metadata: {name: a}\nspec: {containers: [{ports: [{containerPort: "80"}]}]}'),
  pod('metadata: {name: a}\nspec: {containers: [{ports: [{containerPort: 80.5}]}]}'),
  pod('metadata: {name: a}\nspec: {containers: [{ports: [{containerPort: 3000000000}]}]}'),
  pod('metadata: {name: a}\nspec: {containers: [{ports: [{containerPort: 80, protocol: 6}]}]}'),
  pod('metadata: {name: a}\nspec: {initContainers: [{restartPolicy: true}]}'),
  pod('metadata: {name: a}\nspec: {hostNetwork: "true"}'),
  pod('metadata: {name: a}\nstatus: {podIP: 10}'),
  pod('metadata: {name: a}\nstatus: {podIPs: [10.0.0.1]}'),
  pod('metadata: {name: a}\nstatus: {phase: false}'),
  pod('metadata: {name: a}\nstatus: {conditions: {type: Ready}}'),
  pod('metadata: {name: a}\nstatus: {conditions: [{type: Ready, status: true}]}'),
  ...[
    'data: {api-key: 12}',
    'data: {api-key: {}}',
    'data: [a]',
    'data: a',
    'stringData: {api-key: 12}',
    'stringData: 5',
    'type: 7',
  ].map((fields) => `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n${fields}\n`),
  // These types are right.
  pod(
    'metadata: {name: a, labels: {routable: "true", x: null}, annotations:}\nspec: {containers: [{ports:}]}',
  ),
  pod('metadata: {name: a, labels: {x: 12:30, y: 2001-01-01, z: 1.2.3.4}}'),
];

test('wrong types are reported with the text of kubectl', async (t) => {
  await withKubectl(t, WRONG, async (text, tools, file) => {
    await writeFile(file, text);
    const { stderr } = await kubectl(tools, 'set', 'image', '--local', '-o', 'name', '-f', file, 'a=b');
    const theirs = /unable to decode "[^"]*": (.*)\n/.exec(stderr)?.[1];
    const parsed = parseYaml(text);
    assert.ok('values' in parsed);
    const [object] = parsed.values;
    const ours = wrongType((object as { kind: 'Pod' | 'Secret' }).kind, object);
    assert.equal(ours?.slice(ours.indexOf(': ') + 2), theirs, text);
  });
});

const SCALARS: readonly string[] = [
  ...'yes Yes YES y Y on On ON true True TRUE no No NO n N off Off OFF false False FALSE yEs tRue oN'.split(
    ' ',
  ),
  ...'~ null Null NULL nULL'.split(' '),
  ...'0 1 -1 +1 -0 010 08 0o10 0o8 0x1f 0X1F -0x1f 0x 0b11 0b2 1_000 1__0 _1 1_ 12345678901234567890 1,000'.split(
    ' ',
  ),
  ...'1.0 1. .5 -.5 1e3 1E-3 1e 6.8523015e+5 1_0.5 1.2.3 1.2.3.4 . + 12:30 190:20:30 3000:/ 80:/a 2001-01-01'.split(
    ' ',
  ),
  ...'t.local a-b.c /x 2001-12-14t21:59:43.10-05:00 0.0.0.0 1e3x 0777 e3 .e3 0e0 00 000 0_7 --1 +-1'.split(
    ' ',
  ),
];

test('plain scalars have the same type as in kubectl', async (t) => {
  await withKubectl(t, [SCALARS], async (all, tools, file) => {
    const fields = all.map((it, index) => `  k${index}: ${it}\n`).join('');
    await writeFile(file, `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nother:\n${fields}`);
    const { stdout, stderr } = await kubectl(tools, 'label', '--local', '-o', 'json', '-f', file, 'x=y');
    assert.equal(stderr, '');
    const { other } = JSON.parse(stdout) as { other: Record<string, unknown> };
    const ours = Object.fromEntries(all.map((it, index) => [it, other[`k${index}`]]));
    assert.deepEqual(
      Object.fromEntries(all.map((it) => [it, scalarValue(it) === 0 ? 0 : scalarValue(it)])),
      ours,
    );
  });
});
