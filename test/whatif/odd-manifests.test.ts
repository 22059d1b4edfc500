/** Malformed, incomplete and unusual manifests. */
import assert from 'node:assert/strict';
import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { secretManifest } from '../fixtures/manifest.ts';
import { type Checking, checkHere, folderOf, jsonHere, runCheck, workload } from './checking.ts';
import { runPodway } from '../process/podway.ts';
import { clusterOf, livePod } from './live-cluster.ts';

const WEB = JSON.stringify(workload({ name: 'web', hosts: 'a.local', paths: '3000:/' }));
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n';

interface Case extends Checking {
  readonly name: string;
  readonly code: number;
  /** A pattern for stdout. */
  readonly prints?: readonly RegExp[];
  /** A pattern for stderr. */
  readonly complains?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: 'kinds without routes',
    files: {
      'all.yaml': `${SERVICE}---\n${SERVICE}---\napiVersion: apiextensions.k8s.io/v1\nkind: "\\e[31mEvil"\nmetadata: {name: x}\n---\n${WEB}\n`,
    },
    code: 0,
    prints: [
      /^note: ignored, because podway reads no routes from them: 2 Service, 1 \\u001b\[31mEvil$/m,
      /^a\.local\/$/m,
      /^1 route, 0 conflicts, 0 rejections, 0 problems, 0 findings$/m,
    ],
  },
  {
    name: 'a workload of a removed API version',
    files: { 'old.json': WEB.replace('apps/v1', 'extensions/v1beta1') },
    code: 0,
    prints: [
      /^note: ignored, because podway reads no routes from them: 1 Deployment \(extensions\/v1beta1\)$/m,
      /^0 routes/m,
    ],
  },
  {
    name: 'one malformed document among three',
    files: {
      'a.yaml': `${SERVICE}---\nkind: Deployment\n  nonsense: [\n---\n${WEB}\n`,
    },
    code: 2,
    prints: [
      /^problem: a\.yaml, document 2: syntax: line 6, column \d+: /m,
      /^a\.local\/$/m,
      /^1 route, 0 conflicts, 0 rejections, 1 problem, 1 finding$/m,
    ],
  },
  {
    name: 'a Helm template that was not rendered',
    files: {
      'deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n',
    },
    code: 2,
    prints: [/^problem: deployment\.yaml, document 1: syntax: line \d/m],
  },
  {
    name: 'an empty stdin',
    stdin: '',
    code: 2,
    prints: [/^problem: stdin: empty-file: expected manifests, found nothing$/m],
  },
  {
    name: 'comments only',
    stdin: '# Source: chart/templates/x.yaml\n---\n# nothing\n',
    code: 2,
    prints: [/^problem: stdin: empty-file: /m],
  },
  {
    name: 'an empty file next to others',
    files: { 'a.yaml': '', 'web.json': WEB },
    code: 0,
    prints: [/^1 route, 0 conflicts, 0 rejections, 0 problems, 0 findings$/m],
  },
  {
    name: 'objects without apiVersion, kind or name',
    files: {
      'a.yaml': `a: 1\n---\nkind: Deployment\n---\napiVersion: apps/v1\nkind: Deployment\n---\n${WEB}\n`,
    },
    code: 1,
    prints: [
      /^problem: a\.yaml: invalid-object: document 1 has no apiVersion and kind$/m,
      /^problem: a\.yaml: invalid-object: document 2 has no apiVersion$/m,
      /^problem: a\.yaml: invalid-object: objects without a usable metadata\.name: 1$/m,
      /^a\.local\/$/m,
    ],
  },
  {
    name: 'the same workload twice',
    files: { 'a.json': WEB, 'b.json': WEB.replace('a.local', 'b.local') },
    code: 1,
    prints: [
      /^problem: b\.json: duplicate: Deployment shop\/web was defined before; podway uses this definition$/m,
      /^b\.local\/$/m,
      /^1 route/m,
    ],
  },
  {
    name: 'a malformed Secret closes its namespace',
    files: {
      'web.json': WEB,
      'key.yaml': 'apiVersion: v1\nkind: Secert\nmetadata: {name: routing, namespace: shop}\n',
    },
    code: 1,
    prints: [
      /^ {2}Deployment shop\/web: port 3000, 1 ready \(key\)$/m,
      /^rejected: Secret shop\/routing: not-understood: /m,
    ],
  },
  {
    name: 'a folder without manifests',
    files: { 'README.md': 'x', 'sub/web.json': WEB },
    code: 2,
    complains:
      /^podway check: no file in \. ends in \.yaml, \.yml or \.json \(-R looks into sub-folders\)\n$/,
  },
  {
    name: 'sub-folders, with -R',
    files: { 'README.md': 'x', 'sub/web.json': WEB, 'sub/.hidden.json': '{' },
    args: ['-R'],
    code: 0,
    prints: [/^a\.local\/$/m],
  },
  {
    name: 'a file that does not exist',
    args: ['-f', '/nonexistent.yaml'],
    code: 2,
    complains: /^podway check: \/nonexistent\.yaml cannot be read \(ENOENT\)\n$/,
  },
  {
    name: 'UTF-16, as some shells of Windows pipe',
    stdin: Buffer.from(`\ufeff${WEB}`, 'utf16le'),
    code: 0,
    prints: [/^a\.local\/$/m],
  },
  {
    name: 'a list that contains itself',
    files: {
      'a.yaml': `apiVersion: v1\nkind: List\nitems: &all\n- ${WEB}\n- {apiVersion: v1, kind: List, items: *all}\n`,
    },
    code: 1,
    prints: [/^a\.local\/$/m],
  },
];

for (const { name, code, prints = [], complains = /^$/, ...checking } of CASES) {
  test(`odd manifests: ${name}`, async () => {
    const ended = await checkHere(checking);
    assert.equal(ended.code, code, ended.stderr + ended.stdout);
    for (const pattern of prints) assert.match(ended.stdout, pattern);
    assert.match(ended.stderr, complains);
  });
}

test('symbolic links to folders are not followed, and special files of a folder are not read', async () => {
  await using folder = await folderOf({ 'web.json': WEB, 'sub/x.yaml': SERVICE });
  await symlink('web.json', join(folder.path, 'sub/again.json'));
  for (const name of ['up', 'up2']) await symlink('..', join(folder.path, 'sub', name));
  const args = ['-R', '-f', folder.path, '-o', 'json'];
  const { code, stdout } = await checkHere({ args });
  assert.equal(code, 2, stdout);
  await rm(join(folder.path, 'sub/again.json'));
  const { document } = await jsonHere({ args: args.slice(0, 3) });
  assert.deepEqual(document.given?.passedOver, { Service: 1 });
  await symlink('/dev/zero', join(folder.path, 'zero.yaml'));
  const { stderr } = await checkHere({ args });
  assert.match(stderr, /zero\.yaml is not a file\n$/);
});

test('at most 100 MiB of manifests are read', async () => {
  const half = `# ${'x'.repeat(50 * 1024 * 1024 - 2)}`;
  await using folder = await folderOf({ 'a.yaml': half, 'web.json': WEB });
  const args = ['-f', `${folder.path}/a.yaml`, '-f', `${folder.path}/web.json`];
  const fits = await runCheck({ stdin: Buffer.from('# further'), args });
  assert.equal(fits.code, 0, fits.stderr);
  const much = await runCheck({ stdin: half, args });
  assert.equal(much.code, 2);
  assert.equal(much.stdout, '');
  assert.equal(much.stderr, 'podway check: more than 104857600 bytes of manifests are given\n');
});

test('a pipe that is given by another name than - is read, too', async () => {
  await using folder = await folderOf({ 'web.json': WEB });
  const launcher = ['sh', '-c', 'cat "$GIVEN" | "$@"', 'sh'];
  const env = { GIVEN: `${folder.path}/web.json`, PATH: process.env['PATH'] ?? '' };
  const { code, stdout } = await runPodway({ args: ['check', '-f', '/dev/stdin'], env, launcher });
  assert.equal(code, 0);
  assert.match(stdout, /^a\.local\/$/m);
});

test('names and options are printed as text, with any characters', async () => {
  const evil = '\u001b[2J\u202e<img onerror=x>';
  const asks = { hosts: `a.local ${evil}`, paths: '3000:/' };
  const files = {
    'web.json': workload({ name: evil, namespace: evil, ...asks }),
    'other.json': workload({
      name: 'other',
      namespace: `${evil}\n::warning::`,
      ...asks,
      options: 'lb=least',
    }),
    'kind.json': { apiVersion: `v1${evil}`, kind: `Pod${evil}`, metadata: { name: evil } },
  };
  for (const args of [[], ['-o', 'json']]) {
    const { code, stdout } = await checkHere({ files, args });
    assert.equal(code, 1);
    assert.match(stdout, /^[\x20-\x7e\n]+$/);
    assert.doesNotMatch(stdout, /^::/m);
  }
  const { document } = await jsonHere({ files });
  assert.equal(document.given?.workloads[1]?.name, evil);
  assert.deepEqual(
    document.conflicts.map(({ conflict }) => conflict),
    ['shared', 'options'],
  );
});

test('no value of a Secret is printed, even if the Secret is malformed', async () => {
  const files = {
    'key.yaml':
      'apiVersion: v1\nkind: Secret\nmetadata: {name: routing}\nstringData:\n  api-key: hunter2\n  "api-key.b: [hunter2\n',
    'other.json': { ...secretManifest('shop', { 'api-key': 'hunter2' }), data: { 'api-key': 'hunter2 ' } },
    'web.json': WEB,
  };
  const { code, stdout, stderr } = await runCheck({ files });
  assert.equal(code, 2);
  assert.doesNotMatch(stdout + stderr, /hunter2/);
});

test('absurd numbers of replicas take neither time nor memory', async () => {
  const files = {
    'web.json': workload({
      name: 'web',
      hosts: 'a.local',
      paths: '3000:/',
      spec: { replicas: 2_000_000_000 },
    }),
  };
  const { code, document } = await jsonHere({ files });
  assert.equal(code, 0);
  assert.equal(document.routes[0]?.served[0]?.ready, 2_000_000_000);
  assert.equal(document.given?.workloads[0]?.pods, 2_000_000_000);
  assert.deepEqual(document.notes, []);
});

test('kinds with names of JavaScript properties are kinds like any other', async () => {
  const kinds = ['__proto__', 'constructor', 'toString'];
  const files = Object.fromEntries(
    kinds.map((kind) => [`${kind}.json`, { apiVersion: 'x.io/v1', kind, metadata: { name: 'x' } }]),
  );
  const { code, document } = await jsonHere({ files });
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(document.given?.passedOver ?? {}).sort(), [...kinds].sort());
});

test('KEYS=off requests no Secret', async () => {
  await using api = await clusterOf([livePod({ name: 'a', hosts: 'a.local', paths: '3000:/' })], {
    rules: [{ verbs: ['list'], resources: ['pods'] }],
  });
  const env = { KEYS: 'off', POD_ACCESS: 'tunnel', ADDRESS: '127.0.0.1' };
  const { document } = await jsonHere({ api, env, files: { 'web.json': WEB } });
  assert.deepEqual(document.notes, []);
  assert.equal(document.keyedNamespaces?.length, 0);
});
