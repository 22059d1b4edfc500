import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closest } from '../../src/wiring/closest.ts';
import { readItems } from '../../src/wiring/items.ts';
import { optionsKey } from '../../src/wiring/pod-options.ts';
import { wirePod } from '../../src/wiring/wiring.ts';
import { readWords } from '../../src/wiring/words.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { aPod } from './objects.ts';

interface WordsCase {
  readonly paths: string;
  /** `port path options` of each wiring. */
  readonly wirings: readonly string[];
  /** `reason detail` of each rejection. */
  readonly rejections?: readonly string[];
}

const HTTPS = 'proto=https server-name=api.internal';

const CASES: readonly WordsCase[] = [
  { paths: '80:/ 81:/a', wirings: ['80 / http', '81 /a http'] },
  { paths: `80:/ ${HTTPS}`, wirings: ['80 / https api.internal'] },
  { paths: `80:/\n  ${HTTPS}\n81:/a\n`, wirings: ['80 / https api.internal', '81 /a http'] },
  { paths: '80:/ proto="http" 81:/a', wirings: ['80 / http', '81 /a http'] },
  { paths: '80:/ server-name=API.Internal proto=https', wirings: ['80 / https api.internal'] },
  { paths: '80:/ proto=h2c 81:/ proto=grpc', wirings: ['80 / h2c', '81 / h2c'] },
  { paths: '80:/ proto=grpcs server-name=a', wirings: ['80 / h2 a'] },
  {
    paths: '80:/ proto=grpcs',
    wirings: [],
    rejections: ['option-conflict 80:/ proto=h2 without server-name='],
  },
  {
    paths: '80:/ proto=h2c server-name=a',
    wirings: [],
    rejections: ['option-conflict 80:/ server-name= without proto=https or proto=h2'],
  },
  { paths: '80:/ proto=https-unverified', wirings: ['80 / https-unverified'] },
  { paths: '80:/ proto=https-unverified server-name=a', wirings: ['80 / https-unverified a'] },
  // One port in two ways, on two paths.
  { paths: `80:/ 80:/a ${HTTPS}`, wirings: ['80 / http', '80 /a https api.internal'] },
  {
    paths: `80:/ 80:/ ${HTTPS} 81:/`,
    wirings: ['80 / http', '81 / http'],
    rejections: ['options-differ 80:/'],
  },
  {
    paths: '80:/ protocol=https 81:/a',
    wirings: ['81 /a http'],
    rejections: ['option-unknown 80:/ protocol=https'],
  },
  {
    paths: '80:/ porto=https',
    wirings: [],
    rejections: ['option-unknown 80:/ porto=https (did you mean proto?)'],
  },
  {
    paths: '80:/ Proto=https',
    wirings: [],
    rejections: ['option-unknown 80:/ Proto=https (did you mean proto?)'],
  },
  { paths: '80:/ strip', wirings: [], rejections: ['option-unknown 80:/ strip'] },
  { paths: '80:/ toString', wirings: [], rejections: ['option-unknown 80:/ toString'] },
  {
    paths: '80:/ proto:https',
    wirings: [],
    rejections: [`option-malformed 80:/ proto:https (${values('proto')})`],
  },
  { paths: '80:/ proto', wirings: [], rejections: [`option-malformed 80:/ proto (${values('proto')})`] },
  { paths: '80:/ proto=', wirings: [], rejections: [`option-malformed 80:/ proto= (${values('proto')})`] },
  {
    paths: '80:/ proto=HTTPS',
    wirings: [],
    rejections: [`option-malformed 80:/ proto=HTTPS (${values('proto')})`],
  },
  {
    paths: '80:/ proto="https 81:/a',
    wirings: ['81 /a http'],
    rejections: [`option-malformed 80:/ proto="https (${values('proto')})`],
  },
  {
    paths: '80:/ proto="https"x 81:/a',
    wirings: ['81 /a http'],
    rejections: [`option-malformed 80:/ proto="https"x (${values('proto')})`],
  },
  { paths: '80:/ proto=http proto=http', wirings: [], rejections: ['option-repeated 80:/ proto=http'] },
  {
    paths: '80:/ proto=https',
    wirings: [],
    rejections: ['option-conflict 80:/ proto=https without server-name='],
  },
  {
    paths: '80:/ server-name=a',
    wirings: [],
    rejections: ['option-conflict 80:/ server-name= without proto=https or proto=h2'],
  },
  ...['*.a', '10.0.0.1', '[::1]', 'a:1', 'a.', 'a_b', '-'].map((name) => ({
    paths: `80:/ proto=https server-name=${name}`,
    wirings: [],
    rejections: [`option-malformed 80:/ server-name=${name} (${values('server-name')})`],
  })),
  {
    paths: `80:/ ${'a=b '.repeat(33)}81:/a`,
    wirings: ['81 /a http'],
    rejections: ['option-malformed 80:/ 33 words'],
  },
  { paths: `80:/ x${'x'.repeat(400)}`, wirings: [], rejections: [`option-unknown 80:/ ${'x'.repeat(195)}`] },
  // A refused path does not hand its words to the path before.
  { paths: `80:/ x:/b 81:/a`, wirings: ['81 /a http'], rejections: ['option-unknown 80:/ x:/b'] },
  { paths: `80:/ /b ${HTTPS}`, wirings: ['80 / http'], rejections: ['not-port-path /b'] },
  { paths: `proto=https 80:/`, wirings: ['80 / http'], rejections: ['not-port-path proto=https'] },
];

function values(word: string): string {
  const read = readWords([word]);
  assert.ok('problem' in read);
  return /\((.*)\)$/.exec(read.detail)?.[1] ?? '';
}

for (const one of CASES) test(one.paths.slice(0, 80), () => check(one));

function check({ paths, wirings, rejections = [] }: WordsCase): void {
  const wired = wirePod(aPod({ hosts: 'a', paths, ports: [80, 81] }), INVENTORY_OPTIONS);
  assert.deepEqual(
    wired.wirings.map(({ port, path, options }) => `${port} ${path} ${optionsKey(options)}`),
    wirings,
  );
  assert.deepEqual(
    wired.rejections.map(({ reason, detail }) => `${reason} ${detail.replace(/\.\.\.$/, '')}`),
    rejections,
  );
}

test('items without words are split as they always were', () => {
  const token = fc.stringMatching(/^[^\sA-Za-z][^\s]{0,12}$/);
  fc.assert(
    fc.property(fc.array(token), fc.constantFrom(' ', '\n', '\t \r\n'), (tokens, space) => {
      const items = readItems(tokens.join(space));
      assert.deepEqual(
        items,
        tokens.map((text) => ({ text, words: [] })),
      );
    }),
  );
});

test('no text makes an error, and no word is lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('8', ':', '/', 'a', '=', '"', ' ', '-', '\n') }),
      (text) => {
        const read = readItems(text).flatMap((item) => [item.text, ...item.words]);
        assert.equal(read.join('').replaceAll(/[ \n]/g, ''), text.replaceAll(/[ \n]/g, ''));
        wirePod(aPod({ hosts: 'a', paths: text }), INVENTORY_OPTIONS);
      },
    ),
  );
});

test('a name is taken for another one up to two mistakes', () => {
  const names = ['proto', 'server-name'];
  const cases = {
    prot: 'proto',
    porto: 'proto',
    servername: 'server-name',
    'serv-nam': undefined,
    p: undefined,
  };
  for (const [written, meant] of Object.entries(cases)) assert.equal(closest(written, names), meant, written);
});
