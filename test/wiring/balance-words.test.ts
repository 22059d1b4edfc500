import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wirePod } from '../../src/wiring/annotations/wiring.ts';
import { INVENTORY_OPTIONS } from '../fixtures/inventory-options.ts';
import { aPod } from './objects.ts';

interface BalanceCase {
  readonly words: string;
  /** What they say, or `refused`. */
  readonly says: object | 'refused';
  /** Reasons of rejections. */
  readonly told?: readonly string[];
}

const MALFORMED = ['option-malformed'];
const NOTHING = { candidate: undefined, route: undefined, guards: undefined };

const CASES: readonly BalanceCase[] = [
  { words: '', says: NOTHING },
  { words: 'lb=least', says: { ...NOTHING, route: { balance: 'least' } } },
  { words: 'lb=round-robin', says: { ...NOTHING, route: { balance: 'round-robin' } } },
  ...['lb=random', 'lb', 'lb=', 'lb=LEAST'].map((words) => ({ words, says: NOTHING, told: MALFORMED })),
  { words: 'weight=1', says: { ...NOTHING, candidate: { weight: 1 } } },
  { words: 'weight=1000', says: { ...NOTHING, candidate: { weight: 1000 } } },
  ...['weight=0', 'weight=1001', 'weight=1.5', 'weight=-1', 'weight=1e2', 'weight'].map((words) => ({
    words,
    says: NOTHING,
    told: MALFORMED,
  })),
  { words: 'slow-start=30s', says: { ...NOTHING, candidate: { slowStart: 30_000 } } },
  {
    words: 'slow-start=2h',
    says: { ...NOTHING, candidate: { slowStart: 3_600_000 } },
    told: ['option-over-limit'],
  },
  ...['slow-start=0', 'slow-start=30x', 'slow-start'].map((words) => ({
    words,
    says: NOTHING,
    told: MALFORMED,
  })),
  { words: 'sticky', says: { ...NOTHING, route: { sticky: 0 } } },
  { words: 'sticky=1h', says: { ...NOTHING, route: { sticky: 3_600 } } },
  ...['sticky=0', 'sticky=', 'sticky=500ms', 'sticky=9601h', 'sticky=yes'].map((words) => ({
    words,
    says: NOTHING,
    told: MALFORMED,
  })),
  { words: 'zone=off', says: { ...NOTHING, route: { zone: '' } } },
  ...['zone', 'zone=on', 'zone=a'].map((words) => ({ words, says: NOTHING, told: MALFORMED })),
  { words: 'share=5%', says: { ...NOTHING, candidate: { share: 5 } } },
  { words: 'share=0.25% group=a-b', says: { ...NOTHING, candidate: { share: 0.25, group: 'a-b' } } },
  // A canary whose share nobody understands would get a part like any other pod.
  ...[
    'share=5',
    'share=101%',
    'share=-1%',
    'share=1e1%',
    'share=5.125%',
    'share=%',
    'share',
    'share=5% group=a|b',
  ].map((words) => ({ words, says: 'refused' as const, told: MALFORMED })),
  { words: 'group=a', says: 'refused', told: ['option-conflict'] },
  {
    words: 'lb=least weight=7 slow-start=1s',
    says: { ...NOTHING, candidate: { weight: 7, slowStart: 1_000 }, route: { balance: 'least' } },
  },
];

for (const { words, says, told = [] } of CASES)
  test(`what words say of a pod among candidates: ${words}`, () => {
    const pod = aPod({ hosts: 'a', paths: `80:/ ${words}`, ports: [80] });
    const { wirings, rejections } = wirePod(pod, INVENTORY_OPTIONS);
    const [options] = wirings.map((it) => it.options);
    assert.ok(options);
    const { candidate, route, guards } = options;
    assert.deepEqual(options.words === 'refused' ? 'refused' : { candidate, route, guards }, says);
    assert.deepEqual(
      rejections.map(({ reason }) => reason),
      told,
    );
    // What changes them does not change who is asked how: connections and what is known of the pod stay.
    if (says !== 'refused') assert.equal(options.endpointWords, '');
  });

const CONDITIONS: readonly (readonly [words: string, says: object | 'refused'])[] = [
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

for (const [words, says] of CONDITIONS)
  test(`which requests pods are for: ${words}`, () => {
    const [options] = optionsOf(words);
    assert.deepEqual(options?.words === 'refused' ? 'refused' : options?.guards?.conditions, says);
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
  test(`a field by which no pod is chosen: ${name} (MA-03)`, () => {
    assert.deepEqual(
      optionsOf(`if-header=${name}:1`).map(({ words }) => words),
      ['refused'],
    );
  });

function optionsOf(words: string) {
  const pod = aPod({ hosts: 'a', paths: `80:/ ${words}`, ports: [80] });
  return wirePod(pod, INVENTORY_OPTIONS).wirings.map(({ options }) => options);
}
