import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { KINDS } from '../../src/cluster/kinds.ts';
import { readDocuments } from '../../src/cluster/manifests/read-documents.ts';
import { parseSelector, type Selector } from '../../src/wiring/selector.ts';
import { SCOPE } from './recorded-source.ts';
import { pod, secret } from './objects.ts';

const POD = pod('a');
const SECRET = secret('default');
const { kind: _kind, apiVersion: _apiVersion, ...ITEM } = POD;
const LIST = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: [POD, SECRET] };

const BOMB = ['a: &a [x,x,x,x,x,x,x,x,x]'];
for (let i = 1; i < 9; i++) {
  const [now, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
  BOMB.push(`${now}: &${now} [${Array(9).fill(`*${before}`).join()}]`);
}

const EVERY_POD = { scope: { ...SCOPE, labelSelector: '' }, selector: parseSelector('') as Selector };

function read(text: string | Buffer) {
  return readDocuments(Buffer.from(text), KINDS, { ...EVERY_POD, known: new Set() });
}

interface Good {
  readonly name: string;
  readonly text: string | Buffer;
  /** The kinds of the objects that are found, in order. */
  readonly kinds: readonly string[];
  readonly invalid?: readonly string[];
}

const GOOD: readonly Good[] = [
  { name: 'nothing', text: '', kinds: [] },
  { name: 'a comment', text: '# nothing here\n', kinds: [] },
  { name: 'one object', text: stringify(POD), kinds: ['Pod'] },
  {
    name: 'documents',
    text: `---\n${stringify(POD)}---\n---\n${stringify(SECRET)}...\n`,
    kinds: ['Pod', 'Secret'],
  },
  { name: 'a List, as kubectl get -o yaml prints it', text: stringify(LIST), kinds: ['Pod', 'Secret'] },
  { name: 'a List as JSON', text: JSON.stringify(LIST, null, 4), kinds: ['Pod', 'Secret'] },
  { name: 'JSON in a YAML file', text: JSON.stringify(LIST), kinds: ['Pod', 'Secret'] },
  {
    name: 'a PodList as the API server returns it: items without kind',
    text: JSON.stringify({ apiVersion: 'v1', kind: 'PodList', items: [ITEM] }),
    kinds: ['Pod'],
  },
  {
    name: 'a SecretList',
    text: stringify({ apiVersion: 'v1', kind: 'SecretList', items: [SECRET] }),
    kinds: ['Secret'],
  },
  { name: 'a List without items', text: 'apiVersion: v1\nkind: List\nitems:\n', kinds: [] },
  { name: 'other kinds', text: 'apiVersion: apps/v1\nkind: Deployment\n', kinds: [] },
  { name: 'a Secret of another API group', text: 'apiVersion: example.com/v1\nkind: Secret\n', kinds: [] },
  {
    name: 'CRLF and a byte order mark',
    text: `\uFEFF${stringify(POD).replaceAll('\n', '\r\n')}`,
    kinds: ['Pod'],
  },
  {
    name: 'merge keys and a few aliases',
    text: 'apiVersion: v1\nkind: Pod\nmetadata: &m\n  name: a\nother:\n  <<: *m\n',
    kinds: ['Pod'],
  },
  { name: 'a text', text: 'hello', kinds: [], invalid: ['has no apiVersion and kind'] },
  { name: 'a sequence', text: '- a\n- b\n', kinds: [], invalid: ['has no apiVersion and kind'] },
  {
    name: 'one bad document among good ones',
    text: `${stringify(POD)}---\nname: x\n---\n${stringify(SECRET)}`,
    kinds: ['Pod', 'Secret'],
    invalid: ['has no apiVersion and kind'],
  },
  {
    name: 'one bad item among good ones',
    text: stringify({ ...LIST, items: [POD, null, 7, {}, SECRET] }),
    kinds: ['Pod', 'Secret'],
    invalid: [2, 3, 4].map((item) => `${item} has no kind`),
  },
  {
    name: 'malformed items',
    text: 'apiVersion: v1\nkind: List\nitems: 7\n',
    kinds: [],
    invalid: ['has items that are not a list'],
  },
  {
    name: 'a billion laughs: an alias is not a copy',
    text: BOMB.join('\n'),
    kinds: [],
    invalid: ['has no apiVersion and kind'],
  },
  {
    name: 'a List in a List',
    text: stringify({ ...LIST, items: [POD, { ...LIST, items: [SECRET, { ...LIST, items: [POD] }, {}] }] }),
    kinds: ['Pod', 'Pod', 'Secret'],
    invalid: ['3 of item 2 has no kind'],
  },
  {
    name: 'several JSON objects',
    text: `${JSON.stringify(POD)}${JSON.stringify(SECRET, null, 2)}\n`,
    kinds: ['Pod', 'Secret'],
  },
  {
    name: 'JSON, YAML and YAML that looks like JSON',
    text: `${JSON.stringify(POD)}\n---\n${stringify(SECRET)}---\n{kind: Pod, apiVersion: v1, metadata: {name: '}{'}}\n`,
    kinds: ['Pod', 'Secret', 'Pod'],
  },
  ...(['utf16le', 'utf8'] as const).map((encoding) => ({
    name: `${encoding} with a byte order mark, several documents`,
    text: Buffer.from(`\uFEFF${stringify(POD)}---\n${stringify(SECRET)}`, encoding),
    kinds: ['Pod', 'Secret'],
  })),
  {
    name: 'UTF-16 in big-endian order, without a byte order mark',
    text: Buffer.from(stringify(SECRET), 'utf16le').swap16(),
    kinds: ['Secret'],
  },
  { name: 'a list that contains itself', text: '&a\napiVersion: v1\nkind: List\nitems: [*a]\n', kinds: [] },
];

for (const { name, text, kinds, invalid = [] } of GOOD) {
  test(`read: ${name}`, () => {
    const reading = read(text);
    assert.ok('documents' in reading, JSON.stringify(reading));
    const all = reading.documents.flatMap((it) => it.contents ?? []);
    const found = all.flatMap((it) =>
      Object.entries(KINDS).flatMap(([name, { kind }]) => (it.objects[name] ?? []).map(() => kind)),
    );
    assert.deepEqual(
      { found, invalid: all.flatMap((it) => it.invalid).map(({ item, what }) => `${item} ${what}`.trim()) },
      { found: kinds, invalid },
    );
  });
}

interface Bad {
  readonly name: string;
  readonly text: string;
  readonly problem: RegExp;
}

const BAD: readonly Bad[] = [
  { name: 'a bad indent', text: 'a:\n  b: 1\n c: hidden\n', problem: /^line 3, column 2: bad indentation/ },
  { name: 'an open quote', text: 'a: "hidden\n', problem: /^line 2, column 1: deficient indentation$/ },
  { name: 'a key twice', text: 'a: 1\na: hidden\n', problem: /^line 2, column 1: duplicated mapping key$/ },
  {
    name: 'an alias without an anchor',
    text: 'a: *hidden\n',
    problem: /^line 1, column 5: an alias without its anchor$/,
  },
  {
    name: 'an unusable tag',
    text: 'a: !!int hidden\n',
    problem: /^line 1, column 4: cannot resolve a node with$/,
  },
  { name: 'a bad escape', text: 'a: "\\hidden"\n', problem: /^line 1, column 6: unknown escape sequence$/ },
  { name: 'a tab', text: 'a:\n\tb: hidden\n', problem: /^line 2, column 1: tab characters / },
  { name: 'a bad second document', text: 'a: 1\n---\nb: [hidden\n', problem: /^line 4, column 1: / },
  { name: 'a bad document after JSON', text: '{"a": 1}\n{"b": 2}\n[hidden', problem: /^line 3, column 8: / },
  {
    name: 'a bomb of aliases',
    text: `a: &a [x]\nb: [${Array(101).fill('*a').join()}]`,
    problem: /: more than 100 aliases in one document$/,
  },
  { name: 'endless depth', text: '['.repeat(100_000), problem: /^line 1, column 200: nested too deeply$/ },
  { name: 'truncated JSON', text: '{"a": "hidden"', problem: /^line 1, column 15: / },
  { name: 'JSON joined by commas', text: '{"a": 1},{"b": "hidden"}', problem: /^line 1, column 1: / },
];

for (const { name, text, problem } of BAD) {
  test(`refused with the place and without the content: ${name}`, () => {
    const reading = read(text);
    assert.ok('syntax' in reading, JSON.stringify(reading));
    assert.match(reading.syntax, problem);
    assert.doesNotMatch(reading.syntax, /hidden/);
  });
}

test('a document with a known digest is not read again', () => {
  const text = `${stringify(POD)}---\n${stringify(SECRET)}`;
  const first = read(text);
  assert.ok('documents' in first);
  const known = new Set(first.documents.map((it) => it.digest));
  const changed = Buffer.from(`${text}---\n${stringify(pod('b'))}`);
  const second = readDocuments(changed, KINDS, { ...EVERY_POD, known });
  assert.ok('documents' in second);
  assert.deepEqual(
    second.documents.map((it) =>
      it.contents?.flatMap(({ objects }) => objects['pods']?.map(({ name }) => name)),
    ),
    [undefined, undefined, ['b']],
  );
});
