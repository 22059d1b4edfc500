import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { stringify } from 'yaml';
import { openSource } from '../../src/cluster/open-source.ts';
import { TemporaryFolder, FAST_CLOCK } from './temporary-folder.ts';
import { followFolder, SCOPE } from './recorded-source.ts';
import { pod, secret } from './objects.ts';
import { ControlHarness } from './control-harness.ts';

// An unusable Secret never leaves its namespace open: for a folder no API server refuses the Secret, and no other
// message says that the namespace is not guarded.

const SECRET = secret('shop');
const { metadata: METADATA } = SECRET;
const DATA = { data: { 'api-key': 'c3VwZXJzZWNyZXQ=' } };
const LIST = { apiVersion: 'v1', kind: 'List' };

function nested(depth: number): object {
  return depth === 0 ? SECRET : { ...LIST, items: [nested(depth - 1)] };
}

interface Case {
  readonly name: string;
  readonly text: string | Buffer;
  /** The number of keys by namespace; the pods are in `shop`, `open` and `16`. */
  readonly keys: Readonly<Record<string, number>>;
  /** The problem that is reported. */
  readonly problem?: RegExp;
}

const DENIED = { shop: 0 };
/** The Secret may belong to any namespace. */
const ALL_DENIED = { shop: 0, open: 0, '16': 0 };

const CASES: readonly Case[] = [
  { name: 'understood', text: stringify(SECRET), keys: { shop: 1 } },
  {
    name: 'kind misspelt',
    text: stringify({ ...SECRET, kind: 'Secert' }),
    keys: DENIED,
    problem: /^not-understood secret\.yaml: the document: no matches for kind "Secert" in version "v1"$/,
  },
  {
    name: 'kind in lower case',
    text: stringify({ ...SECRET, kind: 'secret' }),
    keys: DENIED,
    problem: /no matches for kind "secret"/,
  },
  { name: 'no kind', text: stringify({ ...SECRET, kind: undefined }), keys: DENIED, problem: /has no kind$/ },
  {
    name: 'no apiVersion',
    text: stringify({ ...SECRET, apiVersion: undefined }),
    keys: DENIED,
    problem: /has no apiVersion$/,
  },
  {
    name: 'another apiVersion',
    text: stringify({ ...SECRET, apiVersion: 'V1' }),
    keys: DENIED,
    problem: /no matches for kind "Secret" in version "V1"$/,
  },
  {
    name: 'apiVersion a number',
    text: stringify({ ...SECRET, apiVersion: 1 }),
    keys: DENIED,
    problem: /has no apiVersion$/,
  },
  {
    name: 'an apiVersion with a group that Secrets do not have',
    text: stringify({ ...SECRET, apiVersion: 'core/v1' }),
    keys: DENIED,
  },
  {
    name: 'a Secret that only a controller could create',
    text: stringify({ apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', metadata: METADATA }),
    keys: DENIED,
    problem: /is of kind SealedSecret$/,
  },
  { name: 'neither kind nor apiVersion', text: stringify({ metadata: METADATA, ...DATA }), keys: DENIED },
  { name: 'a List in a List', text: stringify(nested(3)), keys: { shop: 1 } },
  {
    name: 'too many Lists in Lists',
    text: stringify(nested(20)),
    keys: ALL_DENIED,
    problem: /is a list in more than 8/,
  },
  {
    name: 'an item without kind',
    text: stringify({
      ...LIST,
      items: [SECRET, { ...SECRET, kind: undefined, metadata: { ...METADATA, namespace: 'open' } }],
    }),
    keys: { shop: 1, open: 0 },
    problem: /the document: item 2 has no kind$/,
  },
  { name: 'a sequence', text: stringify([SECRET]), keys: DENIED },
  { name: 'items without a kind of list', text: stringify({ items: [SECRET] }), keys: DENIED },
  { name: 'items that are a map', text: stringify({ ...LIST, items: { a: SECRET } }), keys: ALL_DENIED },
  { name: 'UTF-16', text: Buffer.from(`\uFEFF${stringify(SECRET)}`, 'utf16le'), keys: { shop: 1 } },
  {
    name: 'UTF-32',
    text: utf32(stringify(SECRET)),
    keys: ALL_DENIED,
    problem: /cannot be read and may hold the Secret$/,
  },
  {
    name: 'a key that YAML reads as a number',
    text: stringify({ ...SECRET, data: { 'api-key': 12_345_678 } }),
    keys: DENIED,
    problem:
      /^wrong-type .*data\.api-key: json: cannot unmarshal number into Go struct field Secret\.data of type \[\]uint8$/,
  },
  {
    name: 'another field that is not a text',
    text: stringify({ ...SECRET, stringData: { port: 80 } }),
    keys: DENIED,
    problem: /^wrong-type .*stringData\.port: /,
  },
  {
    name: 'an empty key',
    text: stringify({ ...SECRET, data: { 'api-key': null } }),
    keys: DENIED,
    problem: /^key-empty api-key$/,
  },
  { name: 'no name', text: stringify({ ...SECRET, metadata: { namespace: 'shop' } }), keys: DENIED },
  {
    name: 'a name in capitals',
    text: stringify({ ...SECRET, metadata: { ...METADATA, name: 'Routing' } }),
    keys: DENIED,
  },
  {
    name: 'a namespace in capitals',
    text: stringify({ ...SECRET, metadata: { ...METADATA, namespace: 'Shop' } }),
    keys: { Shop: 1, shop: 0 },
  },
  {
    name: 'a namespace that YAML reads as a number, in any spelling',
    text: 'apiVersion: v1\nkind: Secret\nmetadata: {name: routing, namespace: 0x10}\n',
    keys: { '16': 0 },
    problem:
      /metadata\.namespace: json: cannot unmarshal number into Go struct field ObjectMeta\.metadata\.namespace of type string$/,
  },
  {
    name: 'a namespace that is a map',
    text: stringify({ ...SECRET, metadata: { name: 'routing', namespace: {} } }),
    keys: ALL_DENIED,
  },
  { name: 'metadata that is a list', text: stringify({ ...SECRET, metadata: [METADATA] }), keys: ALL_DENIED },
  {
    name: 'no YAML',
    text: `${stringify(SECRET)} : [`,
    keys: ALL_DENIED,
    problem: /cannot be read and may hold the Secret$/,
  },
  // An object that is certainly of another kind closes no namespace.
  {
    name: 'a Secret with another name',
    text: stringify({ ...SECRET, metadata: { ...METADATA, name: 'tls' } }),
    keys: {},
  },
  {
    name: 'a malformed Secret with another name',
    text: stringify({ ...SECRET, kind: 'Secert', metadata: { ...METADATA, name: 'tls' } }),
    keys: {},
  },
  { name: 'a ConfigMap with that name', text: stringify({ ...SECRET, kind: 'ConfigMap' }), keys: {} },
  {
    name: 'a Deployment with that name',
    text: stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: METADATA }),
    keys: {},
  },
  {
    name: 'a malformed pod with that name',
    text: stringify({ ...pod('routing', { namespace: 'shop' }), kind: 'Pdo' }),
    keys: { shop: 0 },
  },
  { name: 'malformed YAML that does not mention a Secret', text: 'kind: Pod\n : [', keys: {} },
];

function utf32(text: string): Buffer {
  const units = Buffer.from(`\uFEFF${text}`, 'utf16le');
  const bytes = Buffer.alloc(units.length * 2);
  for (let at = 0; at < units.length; at += 2) bytes.writeUInt32LE(units.readUInt16LE(at), at * 2);
  return bytes;
}

const PODS = ['shop', 'open', '16'].map((namespace) => pod(namespace, { namespace }));

for (const { name, text, keys, problem } of CASES) {
  test(`a Secret in a new file: ${name}`, async () => {
    await using folder = await TemporaryFolder.create({ 'pods.yaml': PODS });
    const source = await openSource({ ...SCOPE, from: { manifests: folder.path }, clock: FAST_CLOCK });
    await using harness = new ControlHarness(source);
    await harness.until(() => harness.routes.length > 0);
    await folder.writeText('secret.yaml', text);
    // podway reports a problem of a later file when that file no longer changes, which is after this one; the table
    // follows in
    // the next turns.
    await folder.writeText('z.yaml', '}{');
    await harness.until(() => harness.problems.includes('z.yaml syntax'));
    await turn();
    await turn();
    assert.deepEqual(harness.keys, keys);
    const rejected = harness.rejected;
    if (problem !== undefined)
      assert.ok(
        rejected.some((it) => problem.test(it)),
        rejected.join('\n'),
      );
    assert.ok(!rejected.join().includes('c3Vw'));
  });
}

test('an unreadable Secret that exists at the start closes only its namespace', async () => {
  await using folder = await TemporaryFolder.create({ 'a.yaml': [...PODS, { ...SECRET, kind: 'Secert' }] });
  const source = await openSource({ ...SCOPE, from: { manifests: folder.path }, clock: FAST_CLOCK });
  await using harness = new ControlHarness(source);
  await harness.until(() => harness.routes.length > 0);
  assert.deepEqual(harness.keys, DENIED);
});

test('the readable content of another file takes precedence over unreadable content', async () => {
  await using folder = await TemporaryFolder.create({
    'a.yaml': [...PODS, SECRET],
    'b.yaml': [{ ...SECRET, kind: 'Secert' }],
  });
  const source = await openSource({ ...SCOPE, from: { manifests: folder.path }, clock: FAST_CLOCK });
  await using harness = new ControlHarness(source);
  await harness.until(() => harness.routes.length > 0);
  assert.deepEqual(harness.keys, { shop: 1 });
});

test('a file that no longer parses keeps the keys and the open namespaces that it had', async () => {
  await using folder = await TemporaryFolder.create({ 'a.yaml': [...PODS, SECRET] });
  await using following = await followFolder(folder.path, { clock: FAST_CLOCK });
  await following.synced();
  await folder.writeText('a.yaml', `${stringify(PODS[0])}---\nkind: Secret\n : [`);
  await following.problem('syntax');
  assert.deepEqual(following.secrets, ['init', 'init-apply shop/routing', 'init-done']);
});
