import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { aPod } from './objects.ts';

interface BalanceCase {
  readonly words: string;
  /** The resulting weights, or `refused`. */
  readonly expected: object | 'refused';
  /** Reasons of rejections. */
  readonly reasons?: readonly string[];
}

const MALFORMED = ['option-malformed'];
const NOTHING = { candidate: undefined, route: undefined, guards: undefined };

const CASES: readonly BalanceCase[] = [
  { words: '', expected: NOTHING },
  { words: 'lb=least', expected: { ...NOTHING, route: { balance: 'least' } } },
  { words: 'lb=round-robin', expected: { ...NOTHING, route: { balance: 'round-robin' } } },
  ...['lb=random', 'lb', 'lb=', 'lb=LEAST'].map((words) => ({
    words,
    expected: NOTHING,
    reasons: MALFORMED,
  })),
  { words: 'weight=1', expected: { ...NOTHING, candidate: { weight: 1 } } },
  { words: 'weight=1000', expected: { ...NOTHING, candidate: { weight: 1000 } } },
  ...['weight=0', 'weight=1001', 'weight=1.5', 'weight=-1', 'weight=1e2', 'weight'].map((words) => ({
    words,
    expected: NOTHING,
    reasons: MALFORMED,
  })),
  { words: 'slow-start=30s', expected: { ...NOTHING, candidate: { slowStart: 30_000 } } },
  {
    words: 'slow-start=2h',
    expected: { ...NOTHING, candidate: { slowStart: 3_600_000 } },
    reasons: ['option-over-limit'],
  },
  ...['slow-start=0', 'slow-start=30x', 'slow-start'].map((words) => ({
    words,
    expected: NOTHING,
    reasons: MALFORMED,
  })),
  { words: 'sticky', expected: { ...NOTHING, route: { sticky: 0 } } },
  { words: 'sticky=1h', expected: { ...NOTHING, route: { sticky: 3_600 } } },
  ...['sticky=0', 'sticky=', 'sticky=500ms', 'sticky=9601h', 'sticky=yes'].map((words) => ({
    words,
    expected: NOTHING,
    reasons: MALFORMED,
  })),
  { words: 'zone=off', expected: { ...NOTHING, route: { zone: '' } } },
  ...['zone', 'zone=on', 'zone=a'].map((words) => ({ words, expected: NOTHING, reasons: MALFORMED })),
  { words: 'share=5%', expected: { ...NOTHING, candidate: { share: 5 } } },
  { words: 'share=0.25% group=a-b', expected: { ...NOTHING, candidate: { share: 0.25, group: 'a-b' } } },
  // A canary with an unreadable share would otherwise get requests like any other pod.
  ...[
    'share=5',
    'share=101%',
    'share=-1%',
    'share=1e1%',
    'share=5.125%',
    'share=%',
    'share',
    'share=5% group=a|b',
  ].map((words) => ({ words, expected: 'refused' as const, reasons: MALFORMED })),
  { words: 'group=a', expected: 'refused', reasons: ['option-conflict'] },
  {
    words: 'lb=least weight=7 slow-start=1s',
    expected: { ...NOTHING, candidate: { weight: 7, slowStart: 1_000 }, route: { balance: 'least' } },
  },
];

for (const { words, expected, reasons = [] } of CASES)
  test(`the effect of options on a pod among candidates: ${words}`, () => {
    const pod = aPod({ hosts: 'a', paths: `80:/ ${words}`, ports: [80] });
    const { wirings, rejections } = wirePod(pod, INVENTORY_OPTIONS);
    const [options] = wirings.map((it) => it.options);
    assert.ok(options);
    const { candidate, route, guards } = options;
    assert.deepEqual(options.text === 'refused' ? 'refused' : { candidate, route, guards }, expected);
    assert.deepEqual(
      rejections.map(({ reason }) => reason),
      reasons,
    );
    // A change of these options does not change how the pod gets requests: its connections and its observed state stay.
    if (expected !== 'refused') assert.equal(options.endpointText, '');
  });

const CONDITIONS: readonly (readonly [words: string, expected: object | 'refused'])[] = [
  ['if-method=POST', { methods: ['POST'] }],
  ['if-method=PUT,GET', { methods: ['GET', 'HEAD', 'PUT'] }],
  ['if-header=X-A:1', { headers: [{ name: 'x-a', value: '1' }] }],
  ['if-header="X-A: 1 2"', { headers: [{ name: 'x-a', value: '1 2' }] }],
  [
    'if-header=b:2 if-header=A:1:2 if-cookie=c=3=4',
    {
      headers: [
        { name: 'a', value: '1:2' },
        { name: 'b', value: '2' },
      ],
      cookies: [{ name: 'c', value: '3=4' }],
    },
  ],
  ['if-header=X-A:1 share=5%', { headers: [{ name: 'x-a', value: '1' }], sharesOthers: true }],
  ...[
    'if-method',
    'if-method=get',
    'if-method=CONNECT',
    'if-method=GET,',
    'if-header',
    'if-header=X-A',
    'if-header=X-A:',
    'if-header=:1',
    'if-header="X A:1"',
    'if-header="X-A: é"',
    'if-header=a:1 if-header=A:2',
    'if-cookie=a',
    'if-cookie=a=',
    'if-cookie==b',
    'if-cookie=a=b;c',
    'if-cookie=a=b if-cookie=a=c',
  ].map((words) => [words, 'refused'] as const),
];

for (const [words, expected] of CONDITIONS)
  test(`conditions of a pod: ${words}`, () => {
    const [options] = optionsOf(words);
    assert.deepEqual(options?.text === 'refused' ? 'refused' : options?.guards?.conditions, expected);
  });

for (const name of [
  'X-Routing-Api-Key',
  'x_routing_api_key',
  'Host',
  'X-Forwarded-For',
  'X.Forwarded.Proto',
  'Forwarded',
  'Connection',
  'Content-Length',
  'Transfer-Encoding',
  'Cookie',
  'Authorization',
  'X-Request-Id',
  'X-Original-URL',
])
  test(`a condition cannot use the field: ${name} (MA-03)`, () => {
    assert.deepEqual(
      optionsOf(`if-header=${name}:1`).map(({ text }) => text),
      ['refused'],
    );
  });

function optionsOf(words: string) {
  const pod = aPod({ hosts: 'a', paths: `80:/ ${words}`, ports: [80] });
  return wirePod(pod, INVENTORY_OPTIONS).wirings.map(({ options }) => options);
}
