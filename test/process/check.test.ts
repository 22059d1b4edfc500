import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { podManifest } from '../fixtures/manifest.ts';
import { runPodway } from './podway.ts';
import { sampleOf } from '../fixtures/wide.ts';

const POD = JSON.stringify(podManifest({ name: 'a', hosts: 't.local', paths: '/', port: 8080 }));

interface Folder {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  /** Patterns that stdout must match. */
  readonly expected: readonly RegExp[];
  /** A pattern for stderr. Default: stderr must be empty. */
  readonly hint?: RegExp;
}

const FOLDERS: readonly Folder[] = [
  {
    name: 'a good folder',
    files: { 'pod.json': POD },
    code: 0,
    expected: [/^t\.local\/$/m, /^1 route, 0 rejections, 0 problems$/m],
  },
  {
    name: 'a Deployment, for which check creates no pods',
    files: {
      'web.json': JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } }),
    },
    code: 0,
    expected: [/^0 routes, 0 rejections, 0 problems$/m],
    hint: /^podway check: (\S+) has no Pod that declares a route; for Deployments and other workloads: podway check -f \1\n$/,
  },
  {
    name: 'an unreadable file that mentions a Secret',
    files: { 'pod.json': POD, 'key.yaml': 'kind: Secret\n  nonsense: [' },
    code: 1,
    expected: [/^t\.local\/$/m, /^problem: key\.yaml: syntax: /m, /^problem: secrets: file-unreadable: /m],
  },
  {
    name: 'an unreadable file without a mention of a Secret',
    files: { 'pod.json': POD, 'other.yaml': '}{' },
    code: 1,
    expected: [/^problem: other\.yaml: syntax: /m, /^1 route, 0 rejections, 1 problem$/m],
  },
  {
    name: 'wrong types, and an unreadable Secret',
    files: {
      'pod.json': POD,
      'typed.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: 123, labels: {routable: true}}\n',
      'key.yaml': 'apiVersion: v1\nkind: Secert\nmetadata: {name: routing, namespace: default}\n',
    },
    code: 1,
    expected: [
      /^ {2}default\/a 127\.0\.0\.1:8080 ready \(key\)$/m,
      /^rejected: Pod 123\/b: wrong-type: metadata\.labels\.routable: json: cannot unmarshal bool into Go struct field ObjectMeta\.metadata\.labels of type string \(expected fields of the types /m,
      /^rejected: Secret default\/routing: not-understood: key\.yaml: the document: no matches for kind "Secert" in version "v1" \(expected a Secret that kubectl would apply/m,
      /^1 route, 2 rejections, 0 problems$/m,
    ],
  },
  {
    name: 'options of a path',
    files: {
      'pod.json': POD.replace('8080:/', '8080:/ proto=https server-name=a.internal 8080:/b porto=h2c'),
    },
    code: 1,
    expected: [
      /^ {2}default\/a 127\.0\.0\.1:8080 ready proto=https server-name=a\.internal$/m,
      /^rejected: Pod default\/a: option-unknown: 8080:\/b porto=h2c \(did you mean proto\?\) /m,
    ],
  },
  {
    name: 'a pod at an address that no pod of a cluster has',
    files: { 'pod.json': POD },
    env: { POD_ADDRESSES: 'cluster' },
    code: 1,
    expected: [
      /^ {2}default\/a no-address:8080 unready$/m,
      /^rejected: Pod default\/a: address-of-no-pod: 127\.0\.0\.1 port 8080 \(expected an address that a pod can have: /m,
    ],
  },
  {
    name: 'a pod on the network of its node, where such pods are not allowed',
    files: { 'pod.json': POD.replace('"containers"', '"hostNetwork":true,"containers"') },
    env: { HOST_NETWORK_PODS: 'false' },
    code: 1,
    expected: [/^rejected: Pod default\/a: host-network: 127\.0\.0\.1 port 8080 /m],
  },
  {
    name: 'a file that is too large',
    files: { 'large.yaml': `# ${'x'.repeat(16 * 1024 * 1024)}` },
    code: 1,
    expected: [/^problem: large\.yaml: file-too-large: /m],
  },
];

for (const { name, files, env, code, expected, hint = /^$/ } of sampleOf(FOLDERS, 3)) {
  test(`check reads the folder once and ends with ${code}: ${name}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podway-check-'));
    try {
      for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
      await mkdir(join(folder, 'sub.yaml'));
      const ended = await runPodway({ args: ['check'], env: { MANIFESTS: folder, ...env } });
      assert.equal(ended.code, code, ended.stderr + ended.stdout);
      for (const pattern of expected) assert.match(ended.stdout, pattern);
      assert.match(ended.stderr, hint);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}
