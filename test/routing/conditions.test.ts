import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/routing/explain.ts';
import { pick } from '../../src/routing/pick.ts';
import { compareText } from '../../src/wiring/order.ts';
import { judging, PEER, settled } from '../fixtures/judging.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { readRequest } from '../http1/read-request.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';

interface PodCase {
  /** Paths with their words. */
  readonly paths: string;
  readonly namespace?: string;
  readonly ready?: boolean;
}

interface ConditionCase {
  readonly name: string;
  readonly pods: Readonly<Record<string, PodCase | string>>;
  /** A request line without its version, `GET /a` by default. */
  readonly request?: string;
  readonly fields?: readonly string[];
  /** Names of the pods that get requests, or a reason with its field lines. */
  readonly expected: string;
}

const HEADER = 'if-header=X-Canary:always';
const CANARY = { stable: '80:/a', canary: `80:/a ${HEADER}` };
const ALWAYS = ['X-Canary: always'];

const CASES: readonly ConditionCase[] = [
  { name: 'met', pods: CANARY, fields: ALWAYS, expected: 'canary' },
  { name: 'not met', pods: CANARY, expected: 'stable' },
  { name: 'another value', pods: CANARY, fields: ['X-Canary: Always'], expected: 'stable' },
  {
    name: 'the name in another case',
    pods: CANARY,
    fields: ['x-CANARY: always'],
    expected: 'canary',
  },
  {
    name: 'blanks around the value',
    pods: CANARY,
    fields: ['X-Canary: \t always  '],
    expected: 'canary',
  },
  { name: 'two lines', pods: CANARY, fields: [...ALWAYS, ...ALWAYS], expected: 'stable' },
  { name: 'a list', pods: CANARY, fields: ['X-Canary: always, always'], expected: 'stable' },
  { name: 'another spelling of the name', pods: CANARY, fields: ['X_Canary: always'], expected: 'stable' },
  {
    name: 'a value with blanks',
    pods: { a: '80:/a if-header="X-Team: blue and red"', b: '80:/a' },
    fields: ['X-Team: blue and red'],
    expected: 'a',
  },
  {
    name: 'nobody is for all: a shorter path',
    pods: { root: '80:/', canary: `80:/a ${HEADER}` },
    expected: 'root',
  },
  {
    name: 'nobody is for all, and the condition is met',
    pods: { root: '80:/', canary: `80:/a ${HEADER}` },
    fields: ALWAYS,
    expected: 'canary',
  },
  {
    name: 'two paths in a row are not for the request',
    pods: { root: '80:/', one: '80:/a if-method=PUT', two: '80:/a/b if-method=POST' },
    request: 'GET /a/b/c',
    expected: 'root',
  },
  {
    name: 'the second path is',
    pods: { root: '80:/', one: '80:/a if-method=PUT', two: '80:/a/b if-method=POST' },
    request: 'PUT /a/b/c',
    expected: 'one',
  },
  { name: 'no path is left', pods: { canary: `80:/a ${HEADER}` }, expected: 'no-route' },
  {
    name: 'a matcher falls through, a guard does not',
    pods: { root: '80:/', one: '80:/a methods=GET' },
    request: 'POST /a',
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  {
    name: 'a guard of what a matcher found',
    pods: { root: '80:/', stable: '80:/a', canary: `80:/a methods=GET ${HEADER}` },
    request: 'POST /a',
    fields: ALWAYS,
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  {
    name: 'GET means HEAD',
    pods: { reads: '80:/a if-method=GET', all: '80:/a' },
    request: 'HEAD /a',
    expected: 'reads',
  },
  {
    name: 'a method counts more than fields',
    pods: { method: '80:/a if-method=POST', fields: '80:/a if-header=a:1 if-header=b:1', all: '80:/a' },
    request: 'POST /a',
    fields: ['a: 1', 'b: 1'],
    expected: 'method',
  },
  {
    name: 'more fields and cookies count more',
    pods: { one: '80:/a if-header=a:1', two: '80:/a if-header=a:1 if-cookie=b=1' },
    fields: ['a: 1', 'Cookie: b=1'],
    expected: 'two',
  },
  {
    name: 'all conditions of a pod have to be met',
    pods: { one: '80:/a if-header=a:1', two: '80:/a if-header=a:1 if-cookie=b=1' },
    fields: ['a: 1', 'Cookie: b=2'],
    expected: 'one',
  },
  {
    name: 'of conditions that are alike the first in order counts',
    pods: { y: '80:/a if-header=a:1', x: '80:/a if-header=b:1' },
    fields: ['a: 1', 'b: 1'],
    expected: 'y',
  },
  {
    name: 'pods of the same conditions and other guards are judged by their own',
    pods: { one: `80:/a ${HEADER} methods=GET`, two: `80:/a ${HEADER}`, stable: '80:/a' },
    request: 'POST /a',
    fields: ALWAYS,
    expected: 'two',
  },
  ...['beta=yes', 'a=b; beta=yes', 'a=b;beta=yes; c=d', 'beta=yes; beta=no'].map((cookies) => ({
    name: `a cookie: ${cookies}`,
    pods: { stable: '80:/a', beta: '80:/a if-cookie=beta=yes' },
    fields: [`Cookie: ${cookies}`],
    expected: 'beta',
  })),
  ...['beta=no', 'xbeta=yes', 'x=beta=yes', 'Beta=yes', 'beta=yes!', 'beta', 'beta=no; beta=yes'].map(
    (cookies) => ({
      name: `no such cookie: ${cookies}`,
      pods: { stable: '80:/a', beta: '80:/a if-cookie=beta=yes' },
      fields: [`Cookie: ${cookies}`],
      expected: 'stable',
    }),
  ),
  {
    name: 'cookies in several lines',
    pods: { stable: '80:/a', beta: '80:/a if-cookie=beta=yes' },
    fields: ['Cookie: a=b', 'Cookie: beta=yes'],
    expected: 'beta',
  },
  {
    name: 'a cookie behind 8 KiB of others',
    pods: { stable: '80:/a', beta: '80:/a if-cookie=beta=yes' },
    fields: [`Cookie: a=${'b'.repeat(8_192)}`, 'Cookie: beta=yes'],
    expected: 'stable',
  },
  {
    name: 'the pods that are meant are not ready: the others of the route',
    pods: { ...CANARY, canary: { paths: `80:/a ${HEADER}`, ready: false } },
    fields: ALWAYS,
    expected: 'stable',
  },
  {
    name: 'they are not ready, and nobody else is on the route: no shorter path',
    pods: { root: '80:/', canary: { paths: `80:/a ${HEADER}`, ready: false } },
    fields: ALWAYS,
    expected: 'no-ready-pod',
  },
  {
    name: 'the pods for all are not ready: not those for others, no shorter path',
    pods: { ...CANARY, root: '80:/', stable: { paths: '80:/a', ready: false } },
    expected: 'no-ready-pod',
  },
  {
    name: 'pods with a share are for all, too',
    pods: { canary: `80:/a ${HEADER} share=5%` },
    expected: 'canary',
  },
  {
    name: 'pods of 0 % get what meets their condition',
    pods: { stable: '80:/a', canary: `80:/a ${HEADER} share=0%` },
    fields: ALWAYS,
    expected: 'canary',
  },
  {
    name: 'pods of 0 % get nothing else',
    pods: { stable: '80:/a', canary: `80:/a ${HEADER} share=0%` },
    expected: 'stable',
  },
  {
    name: 'pods of 50 % get their share of what meets nobody',
    pods: { stable: '80:/a', canary: `80:/a ${HEADER} share=50%` },
    expected: 'canary stable',
  },
  {
    name: 'and all that meets their condition, whatever the share',
    pods: { stable: '80:/a', one: `80:/a ${HEADER} share=5%`, two: `80:/a ${HEADER}` },
    fields: ALWAYS,
    expected: 'one two',
  },
  {
    name: 'the key is that of the namespaces of the pods that are meant',
    pods: { stable: '80:/a', canary: { paths: `80:/a ${HEADER}`, namespace: 'keyed' } },
    fields: ALWAYS,
    expected: 'key-refused',
  },
  {
    name: 'a condition opens nothing',
    pods: { stable: { paths: '80:/a', namespace: 'keyed' }, canary: `80:/a ${HEADER}` },
    expected: 'key-refused',
  },
  {
    name: 'a condition that is not understood makes no pod one for all',
    pods: { root: '80:/', canary: '80:/a if-headr=X-Canary:always' },
    expected: 'no-ready-pod',
  },
  {
    name: 'the slash at the end of a path for other requests',
    pods: { root: '80:/', canary: `80:/a/ ${HEADER}` },
    expected: 'root',
  },
  {
    name: 'the slash at the end of a path for this request',
    pods: { root: '80:/', canary: `80:/a/ ${HEADER}` },
    fields: ALWAYS,
    expected: 'redirect',
  },
  {
    name: 'readings of a path that go through other prefixes',
    pods: { root: '80:/', one: `80:/a ${HEADER}`, two: '80:/a%3bx' },
    request: 'GET /a;x/b',
    expected: 'ambiguous-path',
  },
  {
    name: 'readings that part on the way to a shorter path',
    pods: { root: '80:/', one: `80:/p;q/r ${HEADER}`, two: '80:/p' },
    request: 'GET /p;q/r/s',
    expected: 'ambiguous-path',
  },
  {
    name: 'the same where they need not go on',
    pods: { root: '80:/', one: `80:/p;q/r ${HEADER}`, two: '80:/p' },
    request: 'GET /p;q/r/s',
    fields: ALWAYS,
    expected: 'one',
  },
  {
    name: 'readings of which one goes on when the other is at its end',
    pods: { one: `80:/p;q/r ${HEADER}`, two: '80:/p' },
    request: 'GET /p;q/r/s',
    expected: 'ambiguous-path',
  },
];

for (const one of CASES) test(`conditions: ${one.name} (LB-04, MA-02, MA-04, MA-05)`, () => check(one));

function check({ pods, request = 'GET /a', fields = [], expected }: ConditionCase): void {
  const listed = Object.entries(pods).map(([name, said], at) => {
    const pod = typeof said === 'string' ? { paths: said } : said;
    return aPod({ name, hosts: 't.local', ip: `10.0.0.${at + 1}`, ports: [80], ...pod });
  });
  for (const order of [listed, listed.toReversed()]) {
    const { table } = new Cluster().list(order, [aSecret('keyed', 'secret')]);
    const read = readRequest(`${request} HTTP/1.1\r\n${['Host: t.local', ...fields].join('\r\n')}\r\n\r\n`);
    assert.ok('head' in read);
    const judge = judging(table, workerSettings());
    const told = explain(read.head, PEER, judge).endpoints.filter(({ isNext }) => isNext);
    const decision = settled(read.head, PEER, judge);
    if (decision.kind !== 'forward') {
      const lines = decision.kind === 'answer' ? (decision.fields ?? '') : '';
      assert.equal(`${decision.reason} ${lines}`.trim(), expected);
      continue;
    }
    const next = pick(decision.grant, 1);
    const picked = Array.from({ length: 200 }, () => pick(decision.grant, 1)?.pod ?? '-');
    assert.equal([...new Set(picked)].sort(compareText).join(' '), expected);
    assert.deepEqual(
      told.map(({ pod }) => pod),
      [next?.pod],
    );
  }
}
