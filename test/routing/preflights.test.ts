import assert from 'node:assert/strict';
import { test } from 'node:test';

import { judging, PEER, settled } from '../fixtures/decide-request.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { readRequest } from '../http1/read-request.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod } from '../wiring/objects.ts';

interface PreflightCase {
  readonly name: string;
  /** Items of pods `p1`, `p2`, ...: a path and its options. */
  readonly items: readonly string[];
  /** Pods that are not ready. */
  readonly unready?: readonly string[];
  readonly lines?: readonly string[];
  /**
   * `Access-Control-Max-Age` of the answer, which differs between pods; `nothing`: the page is not allowed; a pod, or a
   * reason: podway does not answer the preflight.
   */
  readonly expected: string;
}

const APP = 'cors=https://app.local';
const asks = (method: string, ...names: readonly string[]) => [
  'Origin: https://app.local',
  `Access-Control-Request-Method: ${method}`,
  ...(names.length === 0 ? [] : [`Access-Control-Request-Headers: ${names.join(',')}`]),
];

const CASES: readonly PreflightCase[] = [
  {
    name: 'a preflight of a request for pods with a method',
    items: [`/a if-method=PUT ${APP}`],
    expected: '600',
  },
  {
    name: 'a preflight of a request with another method',
    items: [`/a if-method=POST ${APP}`],
    expected: 'no-route',
  },
  {
    name: 'a preflight of a request for a shorter path',
    items: [`/a if-method=POST ${APP}`, `/ ${APP} cors-max-age=1s`],
    expected: '1',
  },
  {
    name: 'a preflight of a request for other pods, which do not allow the page',
    items: [`/a if-method=POST ${APP}`, '/a cors=https://other.local'],
    expected: 'nothing',
  },
  {
    name: 'a preflight of a request for other pods, which answer preflights themselves',
    items: [`/a if-method=POST ${APP}`, '/a'],
    expected: 'p2',
  },
  {
    name: 'a preflight of a request for this pod by its method, regardless of other pods',
    items: [`/a if-method=PUT ${APP}`, '/a cors=https://other.local'],
    expected: '600',
  },
  { name: 'GET includes HEAD', items: [`/a if-method=GET ${APP}`], lines: asks('HEAD'), expected: '600' },
  {
    name: 'with the field',
    items: [`/a if-header=X-Canary:yes ${APP}`, '/'],
    lines: asks('GET', 'x-a', 'X-Canary'),
    expected: '600',
  },
  {
    name: 'without the field',
    items: [`/a if-header=X-Canary:yes ${APP}`, '/'],
    lines: asks('GET', 'x-a'),
    expected: 'p2',
  },
  {
    name: 'a condition on a field that needs no preflight',
    items: [`/a if-header=Accept-Language:fr ${APP}`, '/'],
    expected: '600',
  },
  {
    name: 'a condition on a cookie, which a preflight does not have',
    items: [`/a if-cookie=a=b ${APP}`, '/'],
    expected: '600',
  },
  {
    name: 'a preflight of a request for pods with a share',
    items: [`/a if-header=X-Canary:yes share=5% ${APP}`, '/a'],
    lines: asks('PUT'),
    expected: '600',
  },
  {
    name: 'unready pods do not answer for ready ones',
    items: [`/a if-method=PUT ${APP}`, '/a'],
    unready: ['p1'],
    expected: 'p2',
  },
  {
    name: 'only unready pods',
    items: [`/a if-method=PUT ${APP}`],
    unready: ['p1'],
    expected: '600',
  },
  {
    name: 'OPTIONS as a condition, and the request is not a preflight',
    items: [`/a if-method=OPTIONS ${APP}`, '/a'],
    lines: [],
    expected: 'p1',
  },
];

for (const one of CASES)
  test(`a preflight is answered for the pods of its request: ${one.name} (CO-09)`, () => {
    const { items, unready = [], lines = asks('PUT'), expected } = one;
    const pods = items.map((item, at) => {
      const name = `p${at + 1}`;
      const ip = `10.0.0.${at + 1}`;
      return aPod({ name, hosts: 't.local', paths: `80:${item}`, ip, ready: !unready.includes(name) });
    });
    for (const order of [pods, pods.toReversed()]) {
      const { table } = new Cluster().list(order, []);
      const read = readRequest(`OPTIONS /a HTTP/1.1\r\n${['Host: t.local', ...lines].join('\r\n')}\r\n\r\n`);
      assert.ok('head' in read);
      const decision = settled(read.head, PEER, judging(table, workerSettings()));
      if (decision.kind === 'forward')
        assert.equal(decision.grant.candidates.map(({ pod }) => pod).join(' '), expected);
      else if (decision.reason !== 'preflight') assert.equal(decision.reason, expected);
      else {
        const { fields = '' } = decision;
        assert.equal(/Max-Age: (\d+)/.exec(fields)?.[1] ?? 'nothing', expected, fields);
      }
    }
  });
