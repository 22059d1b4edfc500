import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/routing/explain.ts';
import { pick } from '../../src/routing/pick.ts';
import { compareText } from '../../src/wiring/order.ts';
import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { requestFieldNames } from '../../src/http1/request-fields.ts';
import { KEY_HEADER, READING, readRequest } from '../http1/read-request.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';

interface PodCase {
  /** Paths with their options. */
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
  /** DROP_HEADERS. */
  readonly drops?: readonly string[];
  /** Names of the pods that get requests, or a reason with its field lines. */
  readonly expected: string;
}

const HEADER = 'if-header=X-Canary:always';
const CANARY = { stable: '80:/a', canary: `80:/a ${HEADER}` };
const ALWAYS = ['X-Canary: always'];

const CASES: readonly ConditionCase[] = [
  { name: 'met', pods: CANARY, fields: ALWAYS, expected: 'canary' },
  { name: 'a condition that is not met', pods: CANARY, expected: 'stable' },
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
  ...['X-Canary', 'close, x-canary', 'x-other,X-CANARY'].map((options) => ({
    name: `the pod does not get the header: Connection: ${options}`,
    pods: CANARY,
    fields: [...ALWAYS, `Connection: ${options}`],
    expected: 'stable',
  })),
  {
    name: 'Connection names another header',
    pods: CANARY,
    fields: [...ALWAYS, 'Connection: X-Canary-2'],
    expected: 'canary',
  },
  {
    name: 'Connection names a header that clients cannot remove',
    pods: { stable: '80:/a', json: '80:/a if-header=Content-Type:text/json' },
    fields: ['Content-Type: text/json', 'Connection: Content-Type'],
    expected: 'json',
  },
  {
    name: 'the pod does not get the header: DROP_HEADERS',
    pods: CANARY,
    fields: ALWAYS,
    drops: ['x-canary'],
    expected: 'stable',
  },
  { name: 'another spelling of the name', pods: CANARY, fields: ['X_Canary: always'], expected: 'stable' },
  {
    name: 'a value with blanks',
    pods: { a: '80:/a if-header="X-Team: blue and red"', b: '80:/a' },
    fields: ['X-Team: blue and red'],
    expected: 'a',
  },
  {
    name: 'no pod is for all requests: the shorter path gets the request',
    pods: { root: '80:/', canary: `80:/a ${HEADER}` },
    expected: 'root',
  },
  {
    name: 'no pod is for all requests, and the condition is met',
    pods: { root: '80:/', canary: `80:/a ${HEADER}` },
    fields: ALWAYS,
    expected: 'canary',
  },
  {
    name: 'the pods of two paths in a row are not for the request',
    pods: { root: '80:/', one: '80:/a if-method=PUT', two: '80:/a/b if-method=POST' },
    request: 'GET /a/b/c',
    expected: 'root',
  },
  {
    name: 'the pods of the second path are for the request',
    pods: { root: '80:/', one: '80:/a if-method=PUT', two: '80:/a/b if-method=POST' },
    request: 'PUT /a/b/c',
    expected: 'one',
  },
  { name: 'no path is left', pods: { canary: `80:/a ${HEADER}` }, expected: 'no-route' },
  {
    name: 'an unmet condition falls through to a shorter path, an unmet guard does not',
    pods: { root: '80:/', one: '80:/a methods=GET' },
    request: 'POST /a',
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  {
    name: 'a guard of the pods whose condition is met',
    pods: { root: '80:/', stable: '80:/a', canary: `80:/a methods=GET ${HEADER}` },
    request: 'POST /a',
    fields: ALWAYS,
    expected: 'method-not-allowed Allow: GET, HEAD',
  },
  {
    name: 'GET includes HEAD',
    pods: { reads: '80:/a if-method=GET', all: '80:/a' },
    request: 'HEAD /a',
    expected: 'reads',
  },
  {
    name: 'a method takes precedence over fields',
    pods: { method: '80:/a if-method=POST', fields: '80:/a if-header=a:1 if-header=b:1', all: '80:/a' },
    request: 'POST /a',
    fields: ['a: 1', 'b: 1'],
    expected: 'method',
  },
  {
    name: 'more fields and cookies take precedence',
    pods: { one: '80:/a if-header=a:1', two: '80:/a if-header=a:1 if-cookie=b=1' },
    fields: ['a: 1', 'Cookie: b=1'],
    expected: 'two',
  },
  {
    name: 'all conditions of a pod must be met',
    pods: { one: '80:/a if-header=a:1', two: '80:/a if-header=a:1 if-cookie=b=1' },
    fields: ['a: 1', 'Cookie: b=2'],
    expected: 'one',
  },
  {
    name: 'of equally specific conditions the first in order counts',
    pods: { y: '80:/a if-header=a:1', x: '80:/a if-header=b:1' },
    fields: ['a: 1', 'b: 1'],
    expected: 'y',
  },
  {
    name: 'pods with the same conditions and other guards have their own guards checked',
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
    name: 'the pod does not get the cookie',
    pods: { stable: '80:/a', beta: '80:/a if-cookie=beta=yes' },
    fields: ['Cookie: beta=yes', 'Connection: cookie'],
    expected: 'stable',
  },
  {
    name: 'cookies in several lines',
    pods: { stable: '80:/a', beta: '80:/a if-cookie=beta=yes' },
    fields: ['Cookie: a=b', 'Cookie: beta=yes'],
    expected: 'beta',
  },
  {
    name: 'a cookie after 8 KiB of others',
    pods: { stable: '80:/a', beta: '80:/a if-cookie=beta=yes' },
    fields: [`Cookie: a=${'b'.repeat(8_192)}`, 'Cookie: beta=yes'],
    expected: 'stable',
  },
  {
    name: 'pods whose condition is met are not ready: the other pods of the route get the request',
    pods: { ...CANARY, canary: { paths: `80:/a ${HEADER}`, ready: false } },
    fields: ALWAYS,
    expected: 'stable',
  },
  {
    name: 'they are not ready, and the route has no other pods: no shorter path gets the request',
    pods: { root: '80:/', canary: { paths: `80:/a ${HEADER}`, ready: false } },
    fields: ALWAYS,
    expected: 'no-ready-pod',
  },
  {
    name: 'the pods for all requests are not ready: neither pods with a condition nor a shorter path get the request',
    pods: { ...CANARY, root: '80:/', stable: { paths: '80:/a', ready: false } },
    expected: 'no-ready-pod',
  },
  {
    name: 'pods with a share are for all requests, too',
    pods: { canary: `80:/a ${HEADER} share=5%` },
    expected: 'canary',
  },
  {
    name: 'pods of 0 % get requests that meet their condition',
    pods: { stable: '80:/a', canary: `80:/a ${HEADER} share=0%` },
    fields: ALWAYS,
    expected: 'canary',
  },
  {
    name: 'pods of 0 % get no other requests',
    pods: { stable: '80:/a', canary: `80:/a ${HEADER} share=0%` },
    expected: 'stable',
  },
  {
    name: 'pods of 50 % get their share of requests that meet no condition',
    pods: { stable: '80:/a', canary: `80:/a ${HEADER} share=50%` },
    expected: 'canary stable',
  },
  {
    name: 'pods with a share get all requests that meet their condition, regardless of the share',
    pods: { stable: '80:/a', one: `80:/a ${HEADER} share=5%`, two: `80:/a ${HEADER}` },
    fields: ALWAYS,
    expected: 'one two',
  },
  {
    name: 'the key is that of the namespaces of the pods whose condition is met',
    pods: { stable: '80:/a', canary: { paths: `80:/a ${HEADER}`, namespace: 'keyed' } },
    fields: ALWAYS,
    expected: 'key-refused',
  },
  {
    name: 'a condition does not lift the key',
    pods: { stable: { paths: '80:/a', namespace: 'keyed' }, canary: `80:/a ${HEADER}` },
    expected: 'key-refused',
  },
  {
    name: 'a pod with an unreadable condition does not get all requests',
    pods: { root: '80:/', canary: '80:/a if-headr=X-Canary:always' },
    expected: 'no-ready-pod',
  },
  {
    name: 'the slash at the end of the path of pods for other requests',
    pods: { root: '80:/', canary: `80:/a/ ${HEADER}` },
    expected: 'root',
  },
  {
    name: 'the slash at the end of the path of pods for this request',
    pods: { root: '80:/', canary: `80:/a/ ${HEADER}` },
    fields: ALWAYS,
    expected: 'redirect',
  },
  {
    name: 'readings of a path that pass other prefixes',
    pods: { root: '80:/', one: `80:/a ${HEADER}`, two: '80:/a%3bx' },
    request: 'GET /a;x/b',
    expected: 'ambiguous-path',
  },
  {
    name: 'readings that differ on the way to a shorter path',
    pods: { root: '80:/', one: `80:/p;q/r ${HEADER}`, two: '80:/p' },
    request: 'GET /p;q/r/s',
    expected: 'ambiguous-path',
  },
  {
    name: 'the same where the first path decides',
    pods: { root: '80:/', one: `80:/p;q/r ${HEADER}`, two: '80:/p' },
    request: 'GET /p;q/r/s',
    fields: ALWAYS,
    expected: 'one',
  },
  {
    name: 'one reading continues where the other ends',
    pods: { one: `80:/p;q/r ${HEADER}`, two: '80:/p' },
    request: 'GET /p;q/r/s',
    expected: 'ambiguous-path',
  },
];

for (const one of CASES) test(`conditions: ${one.name} (LB-04, MA-02, MA-04, MA-05)`, () => check(one));

function check({ pods, request = 'GET /a', fields = [], drops = [], expected }: ConditionCase): void {
  const listed = Object.entries(pods).map(([name, declared], at) => {
    const pod = typeof declared === 'string' ? { paths: declared } : declared;
    return aPod({ name, hosts: 't.local', ip: `10.0.0.${at + 1}`, ports: [80], ...pod });
  });
  for (const order of [listed, listed.toReversed()]) {
    const { table } = new Cluster().list(order, [aSecret('keyed', 'secret')]);
    const text = `${request} HTTP/1.1\r\n${['Host: t.local', ...fields].join('\r\n')}\r\n\r\n`;
    const read = readRequest(text, [], true, { ...READING, names: requestFieldNames(KEY_HEADER, drops) });
    assert.ok('head' in read);
    const judge = judging(table, workerSettings());
    const explained = explain(read.head, PEER, judge).endpoints.filter(({ isNext }) => isNext);
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
      explained.map(({ pod }) => pod),
      [next?.pod],
    );
  }
}
