import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differingOptions, shownOptions } from '../../src/wiring/options/shown-options.ts';
import { OPTIONS } from '../../src/wiring/options/table.ts';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { WITH_HTTPS } from '../fixtures/router.ts';
import { aPod } from './objects.ts';

/** Further options that the example needs. */
const BESIDE: Readonly<Record<string, string>> = {
  'server-name': 'proto=https',
  burst: 'rate=1/s',
  'cors-credentials': 'cors=https://a.test',
  'cors-methods': 'cors=*',
  'cors-headers': 'cors=*',
  'cors-expose': 'cors=*',
  'cors-max-age': 'cors=*',
  by: 'rate=1/s',
  group: 'share=5%',
};

for (const [name, { example }] of Object.entries(OPTIONS))
  test(`the example of ${name} is accepted unchanged`, () => {
    assert.match(example, new RegExp(`^${name}(=|$)`));
    const paths = `80:/ ${example} ${BESIDE[name] ?? ''}`;
    const { wirings, rejections } = wirePod(aPod({ hosts: 'a', paths, ports: [80] }), {
      ...INVENTORY_OPTIONS,
      optionRules: WITH_HTTPS,
    });
    assert.deepEqual(rejections, []);
    const words = wirings[0]?.options.text ?? '';
    assert.ok(words.includes(example), words);
  });

const SHOWN: readonly (readonly [string, string])[] = [
  ['methods=GET', 'methods=GET'],
  ['set-request="Authorization: Basic c2VjcmV0"', 'set-request="Authorization: ..."'],
  [
    'buffer=8k set-request="A: b c" set-request="D: e"',
    'buffer=8k set-request="A: ..." set-request="D: ..."',
  ],
  ['set-response="A: b"', 'set-response="A: b"'],
  ['refused', 'refused'],
];

for (const [words, shown] of SHOWN)
  test(`the shown form of ${words}`, () => {
    assert.equal(shownOptions(words), shown);
  });

for (const paths of [
  '80:/ set-request="Host: c2VjcmV0"',
  '80:/ set-request="A: c2VjcmV0" set-request="A: c2VjcmV0"',
  '80:/ set-request=c2VjcmV0',
  '80:/ set-request=A:x set-request:A=c2VjcmV0',
  '80:/ set-requst="A: c2VjcmV0"',
  '80:/ Set-Request=A:c2VjcmV0',
  '80:/ set_request=A:c2VjcmV0',
  '80:/ request-header="A: c2VjcmV0"',
  '80:/ set-request="A: c2VjcmV0',
  'set-request="A: c2VjcmV0" 80:/',
  'set-request=c2VjcmV0 80:/',
])
  test(`no problem of an option shows a value that may be a secret: ${paths}`, () => {
    const { rejections } = wirePod(aPod({ hosts: 'a', paths, ports: [80] }), INVENTORY_OPTIONS);
    assert.equal(rejections.length, 1);
    assert.doesNotMatch(rejections[0]?.detail ?? '', /c2VjcmV0/);
  });

const DIFFERING: readonly (readonly [readonly string[], string])[] = [
  [[], ''],
  [['', ''], ''],
  [['methods=GET', 'methods=GET'], ''],
  [['', 'methods=GET'], 'methods'],
  [['buffer=8k methods=GET', 'methods=POST', 'methods=POST'], 'buffer methods'],
  [['', 'refused'], 'refused'],
];

for (const [lists, expected] of DIFFERING)
  test(`the options in which pods differ: ${JSON.stringify(lists)}`, () => {
    assert.equal(differingOptions(lists).join(' '), expected);
  });
