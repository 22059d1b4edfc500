import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stringify } from 'yaml';
import { parseManifests } from '../../src/cluster/manifests/parse-manifests.ts';
import { pod, secret } from './objects.ts';

const POD = pod('a');
const SECRET = secret('default');
const { kind: _kind, apiVersion: _apiVersion, ...ITEM } = POD;
const LIST = { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: [POD, SECRET] };

interface Good {
  readonly name: string;
  readonly format?: 'yaml' | 'json';
  readonly text: string;
  /** Kinds found, in order. */
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
  { name: 'a List as JSON', format: 'json', text: JSON.stringify(LIST, null, 4), kinds: ['Pod', 'Secret'] },
  { name: 'JSON in a YAML file', text: JSON.stringify(LIST), kinds: ['Pod', 'Secret'] },
  {
    name: 'a PodList as the API gives it: items without kind',
    format: 'json',
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
  { name: 'a Secret of another group', text: 'apiVersion: example.com/v1\nkind: Secret\n', kinds: [] },
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
  { name: 'a text', text: 'hello', kinds: [], invalid: ['the document has no apiVersion and kind'] },
  { name: 'a sequence', text: '- a\n- b\n', kinds: [], invalid: ['the document has no apiVersion and kind'] },
  {
    name: 'one bad document among good ones',
    text: `${stringify(POD)}---\nname: x\n---\n${stringify(SECRET)}`,
    kinds: ['Pod', 'Secret'],
    invalid: ['document 2 has no apiVersion and kind'],
  },
  {
    name: 'one bad item among good ones',
    text: stringify({ ...LIST, items: [POD, null, 7, {}, SECRET] }),
    kinds: ['Pod', 'Secret'],
    invalid: [2, 3, 4].map((item) => `item ${item} of the document has no kind`),
  },
  {
    name: 'items that are none',
    text: 'apiVersion: v1\nkind: List\nitems: 7\n',
    kinds: [],
    invalid: ['items of the document is not a list'],
  },
  { name: 'a list within itself', text: '&a\napiVersion: v1\nkind: List\nitems: [*a]\n', kinds: [] },
];

for (const { name, format = 'yaml', text, kinds, invalid = [] } of GOOD) {
  test(`read: ${name}`, () => {
    const parsed = parseManifests(text, format);
    assert.ok('objects' in parsed, JSON.stringify(parsed));
    assert.deepEqual(
      { kinds: parsed.objects.map((it) => it.kind), invalid: parsed.invalid },
      { kinds, invalid },
    );
  });
}

const BOMB = ['a: &a [x,x,x,x,x,x,x,x,x]'];
for (let i = 1; i < 9; i++) {
  const [now, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
  BOMB.push(`${now}: &${now} [${Array(9).fill(`*${before}`).join()}]`);
}

interface Bad {
  readonly name: string;
  readonly format?: 'yaml' | 'json';
  readonly text: string;
  readonly says: RegExp;
}

const BAD: readonly Bad[] = [
  { name: 'a bad indent', text: 'a:\n  b: 1\n c: hidden\n', says: /^line 3, column 1: / },
  { name: 'an open quote', text: 'a: "hidden\n', says: /^line \d+, column \d+: Missing closing "quote$/ },
  { name: 'a key twice', text: 'a: 1\na: hidden\n', says: /^line 2, column 1: Map keys must be unique$/ },
  { name: 'an alias to nothing', text: 'a: *hidden\n', says: /^an alias without its anchor$/ },
  { name: 'a bad escape', text: 'a: "\\hidden"\n', says: /^line 1, column 5: Invalid escape sequence$/ },
  { name: 'a tab', text: 'a:\n\tb: hidden\n', says: /^line 2, column 1: / },
  { name: 'a bad second document', text: 'a: 1\n---\nb: [hidden\n', says: /^line \d, column \d+: / },
  { name: 'a bomb of aliases', text: BOMB.join('\n'), says: /^more than 100 aliases/ },
  { name: 'endless depth', text: '['.repeat(100_000), says: /^line 1, column \d+: nested too deeply$/ },
  { name: 'cut JSON', format: 'json', text: '{"a": "hidden"', says: /expected JSON$/ },
  { name: 'bad JSON', format: 'json', text: '{"a": hidden}', says: /expected JSON$/ },
  { name: 'YAML in a JSON file', format: 'json', text: 'a: hidden', says: /expected JSON$/ },
  { name: 'nothing in a JSON file', format: 'json', text: '', says: /expected JSON$/ },
];

for (const { name, format = 'yaml', text, says } of BAD) {
  test(`refused, saying where and nothing of what was found: ${name}`, () => {
    const parsed = parseManifests(text, format);
    assert.ok('syntax' in parsed);
    assert.match(parsed.syntax, says);
    assert.doesNotMatch(parsed.syntax, /hidden/);
  });
}
